// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.bench.Libraries;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.lmdbjava.BufferProxy;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;

/**
 * An LMDB environment by lmdbjava, with the flags that the backend {@code lmdb} sets.
 *
 * <p>The map is made too large for any benchmark, and never grows. Nothing guards against a call
 * after close, and nothing is counted.
 *
 * @param <T> what keys and values are in
 */
abstract class LmdbEngine<T> implements Engine {
  /** Address space only: a file is as long as what is in it. */
  private static final long MAP_BYTES = 256L << 30;

  private static final int MAX_READERS = 1024;

  final Env<T> env;
  final Dbi<T> dbi;
  final LmdbReaders<T> readers;

  private final boolean sync;

  LmdbEngine(BufferProxy<T> proxy, Path directory, boolean sync) {
    this.sync = sync;
    this.env =
        Env.create(proxy)
            .setMapSize(MAP_BYTES)
            .setMaxReaders(MAX_READERS)
            .open(directory.toFile(), flags(sync));
    this.dbi = env.openDbi((byte[]) null, DbiFlags.MDB_CREATE);
    this.readers = new LmdbReaders<>(env);
  }

  private static EnvFlags[] flags(boolean sync) {
    Set<EnvFlags> flags = EnumSet.of(EnvFlags.MDB_NOTLS, EnvFlags.MDB_NORDAHEAD);
    if (!sync) {
      flags.add(EnvFlags.MDB_NOSYNC);
    }
    return flags.toArray(EnvFlags[]::new);
  }

  @Override
  public final void flush() {
    env.sync(true);
  }

  @Override
  public final String libraries() {
    return "lmdbjava "
        + Libraries.version("org.lmdbjava", "lmdbjava")
        + ": read transactions used again, no read-ahead, "
        + (sync ? "sync" : "nosync, loss of power may take it all")
        + "; as our backend sets them, after http://www.lmdb.tech/doc/";
  }

  @Override
  public final void close() {
    readers.close();
    env.close();
  }
}
