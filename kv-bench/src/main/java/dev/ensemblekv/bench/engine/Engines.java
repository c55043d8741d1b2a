// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The engines by name. {@code raw-...} are libraries used directly; all other names are specs of
 * ours, such as {@code ensemble:json}. Options of ours follow after commas, as in {@code
 * json,json.persistInterval=1s}. {@code bare-} before a spec takes the store of the backend without
 * the framework's guard and counters around it.
 */
public final class Engines {
  /** The libraries that stores of ours are held against. */
  public static final List<String> PEERS =
      List.of(
          "raw-rocksdb",
          "raw-rocksdb-blobs",
          "raw-lmdb",
          "raw-leveldb",
          "raw-mapdb",
          "raw-mvstore");

  private static final String BARE = "bare-";
  private static final String RAW = "raw-";

  /** Each library used directly; its class tells how. */
  private static final Map<String, Opener> LIBRARIES =
      new TreeMap<>(
          Map.of(
              "raw-leveldb", RawLevelDb::new,
              "raw-lmdb", RawLmdb::new,
              "raw-lmdb-zero-copy", RawLmdbBuffers::new,
              "raw-mapdb", RawMapDb::new,
              "raw-mvstore", RawMvStore::new,
              "raw-rocksdb", RawRocksDb::plain,
              "raw-rocksdb-blobs", RawRocksDb::blobs));

  /** Opens an engine in a directory that exists. */
  @FunctionalInterface
  interface Opener {
    Engine open(Path directory, boolean sync);
  }

  private Engines() {}

  /** Tells whether a name is that of a library that is used without us. */
  public static boolean isLibrary(String name) {
    return name.startsWith(RAW);
  }

  /**
   * Opens an engine, new or as it was left.
   *
   * @param directory its directory, which exists
   * @param sync whether each write is durable at its return
   * @throws IllegalArgumentException if the name is not known
   */
  public static Engine open(String name, Path directory, boolean sync) {
    if (isLibrary(name)) {
      Opener opener = LIBRARIES.get(name);
      if (opener == null) {
        throw new IllegalArgumentException(
            "there is no engine '" + name + "'; there are specs, and " + LIBRARIES.keySet());
      }
      return opener.open(directory, sync);
    }
    boolean bare = name.startsWith(BARE);
    List<String> parts = List.of((bare ? name.substring(BARE.length()) : name).split(",", -1));
    Map<String, String> options = new TreeMap<>();
    for (String option : parts.subList(1, parts.size())) {
      int equals = option.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("'" + option + "' in '" + name + "' is not NAME=VALUE");
      }
      options.put(option.substring(0, equals), option.substring(equals + 1));
    }
    return StoreEngine.open(parts.get(0), options, directory, sync, bare);
  }
}
