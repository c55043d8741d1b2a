// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvEnvironment;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Opens stores.
 *
 * <p>A store lives in a directory of its own, whose small file {@code STORE} says what it is. What
 * to open is told by a spec: the names of backends joined by colons, layers first, such as {@code
 * json} or {@code ensemble:json}. Backends are found on the class path or module path by {@link
 * java.util.ServiceLoader}.
 *
 * <p>All methods throw, and then change nothing:
 *
 * <ul>
 *   <li>{@link IllegalArgumentException} for a spec or options that are not valid,
 *   <li>{@link UnknownBackendException} if a backend is missing; the message names the artifact,
 *   <li>{@link StoreNotFoundException} if there is no store and none is to be created,
 *   <li>{@link StoreExistsException} with {@code failIfExists} if there is one,
 *   <li>{@link StoreMismatchException} for a store of another spec, other fixed options, or a newer
 *       format,
 *   <li>{@link ForeignDirectoryException} for a directory with files but no store,
 *   <li>{@link StoreLockedException} if the store is open, here or in another process,
 *   <li>{@link UnsupportedOperationException} if a required feature is missing,
 *   <li>{@link CorruptionException} and other {@link KvException}s if the disk is at fault.
 * </ul>
 */
public final class KvStores {
  private KvStores() {}

  /** Opens a store, creating it if there is none. The caller closes it. */
  public static KvStore open(String spec, Path directory) {
    return open(spec, directory, KvOptions.defaults());
  }

  /** Opens a store. The caller closes it. */
  public static KvStore open(String spec, Path directory, KvOptions options) {
    return open(KvEnvironment.system(), spec, directory, options);
  }

  /** Opens a store that exists, with the spec and the options that it records. */
  public static KvStore open(Path directory) {
    return KvEnvironment.system()
        .open(
            null,
            Objects.requireNonNull(directory, "directory"),
            KvOptions.builder().set(KvOptions.CREATE_IF_MISSING, false).build());
  }

  /** Opens a store of a backend that need not be registered. The caller closes it. */
  public static KvStore open(KvBackend backend, Path directory, KvOptions options) {
    KvEnvironment environment = KvEnvironment.builder().backend(backend).build();
    return open(environment, backend.name(), directory, options);
  }

  private static KvStore open(
      KvEnvironment environment, String spec, Path directory, KvOptions options) {
    return environment.open(
        Objects.requireNonNull(spec, "spec"),
        Objects.requireNonNull(directory, "directory"),
        Objects.requireNonNull(options, "options"));
  }

  /** Reads what a directory says about its store; empty if there is none. Takes no lock. */
  public static Optional<StoreDescriptor> describe(Path directory) {
    return KvEnvironment.system().describe(directory);
  }

  /**
   * Starts to make a store of a database that an engine's own library made: reads all of it, then
   * adds the descriptor. Nobody may have the database open meanwhile.
   *
   * <p>The task ends with a {@link CorruptionException} if anything in it is damaged; then the
   * directory stays as it was.
   *
   * @param spec the engine: a backend that adopts, without layers
   * @param options options of the engine; those of kind FORMAT must be as the database was made
   * @throws ForeignDirectoryException if there is no such database
   * @throws StoreExistsException if the directory is a store already
   */
  public static KvTask adopt(String spec, Path directory, KvOptions options) {
    return KvEnvironment.system()
        .adopt(
            Objects.requireNonNull(spec, "spec"),
            Objects.requireNonNull(directory, "directory"),
            Objects.requireNonNull(options, "options"));
  }

  /**
   * Starts to repair a store that is damaged, so that it opens and has everything of which the
   * bytes are intact; a store that is sound stays as it is. Nobody may have it open.
   *
   * <p>The problems of the task are what is lost: files, and in them places and numbers of bytes.
   * Of a key whose newest value is lost, an older one may be back if it was still there. Nothing
   * that cannot be read is deleted: such files are kept under a name that ends with {@code
   * .damaged}, for the user to delete.
   *
   * @throws StoreNotFoundException if there is no store
   * @throws UnsupportedOperationException if the backend does not repair stores
   */
  public static KvTask repair(Path directory) {
    return KvEnvironment.system().repair(Objects.requireNonNull(directory, "directory"));
  }

  /**
   * Deletes a store and its directory; one whose destruction was cut short is destroyed further.
   *
   * @throws StoreNotFoundException if there is none
   * @throws StoreLockedException if it is open
   */
  public static void destroy(Path directory) {
    KvEnvironment.system().destroy(directory);
  }
}
