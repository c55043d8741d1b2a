// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KvVisitor;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.ByteArrayProxy;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/**
 * LMDB by lmdbjava with byte arrays, called directly.
 *
 * <p>A get renews and resets a read transaction of the thread, so that it sees the latest write; a
 * scan does the same around a cursor. A put and a batch are each one write transaction. The map is
 * made too large for any benchmark, and never grows. Nothing guards against a call after close, and
 * nothing is counted.
 */
final class RawLmdb implements Engine {
  /** Address space only: a file is as long as what is in it. */
  static final long MAP_BYTES = 256L << 30;

  static final int MAX_READERS = 1024;

  private final Env<byte[]> env;
  private final Dbi<byte[]> dbi;
  private final LmdbReaders<byte[]> readers;

  RawLmdb(Path directory, boolean sync) {
    this.env =
        Env.create(ByteArrayProxy.PROXY_BA)
            .setMapSize(MAP_BYTES)
            .setMaxReaders(MAX_READERS)
            .open(directory.toFile(), flags(sync));
    this.dbi = env.openDbi((byte[]) null, DbiFlags.MDB_CREATE);
    this.readers = new LmdbReaders<>(env);
  }

  /** Returns the flags that the backend {@code lmdb} sets. */
  static EnvFlags[] flags(boolean sync) {
    Set<EnvFlags> flags = EnumSet.of(EnvFlags.MDB_NOTLS, EnvFlags.MDB_NORDAHEAD);
    if (!sync) {
      flags.add(EnvFlags.MDB_NOSYNC);
    }
    return flags.toArray(EnvFlags[]::new);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    Txn<byte[]> txn = readers.begin();
    try {
      return dbi.get(txn, key);
    } finally {
      txn.reset();
    }
  }

  @Override
  public void put(byte[] key, byte[] value) {
    try (Txn<byte[]> txn = env.txnWrite()) {
      dbi.put(txn, key, value);
      txn.commit();
    }
  }

  @Override
  public void putAll(List<byte[]> keys, List<byte[]> values) {
    try (Txn<byte[]> txn = env.txnWrite()) {
      for (int i = 0; i < keys.size(); i++) {
        dbi.put(txn, keys.get(i), values.get(i));
      }
      txn.commit();
    }
  }

  @Override
  public void scan(byte[] from, KvVisitor visitor) {
    Txn<byte[]> txn = readers.begin();
    try (Cursor<byte[]> cursor = dbi.openCursor(txn)) {
      boolean more = cursor.get(from, GetOp.MDB_SET_RANGE);
      while (more && visitor.visit(cursor.key(), cursor.val())) {
        more = cursor.next();
      }
    } finally {
      txn.reset();
    }
  }

  @Override
  public void flush() {
    env.sync(true);
  }

  @Override
  public String libraries() {
    return "lmdbjava " + Libraries.version("org.lmdbjava", "lmdbjava");
  }

  @Override
  public void close() {
    readers.close();
    env.close();
  }
}
