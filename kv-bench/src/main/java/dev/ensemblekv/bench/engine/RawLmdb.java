// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KvVisitor;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.ByteArrayProxy;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/**
 * LMDB by lmdbjava with byte arrays, called directly.
 *
 * <p>A get renews and resets a read transaction of the thread, so that it sees the latest write; a
 * scan does the same around a cursor. A put and a batch are each one write transaction.
 */
final class RawLmdb extends LmdbEngine<byte[]> {

  RawLmdb(Path directory, boolean sync) {
    super(ByteArrayProxy.PROXY_BA, directory, sync);
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
  public void delete(byte[] key) {
    try (Txn<byte[]> txn = env.txnWrite()) {
      dbi.delete(txn, key);
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
}
