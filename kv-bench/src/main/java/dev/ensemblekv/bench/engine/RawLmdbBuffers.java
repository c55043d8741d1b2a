// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvVisitor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.ByteBufferProxy;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/**
 * LMDB by lmdbjava with direct buffers, called directly: as {@link RawLmdb}, but a read shows the
 * bytes in the map itself. Keys are copied to a direct buffer of the thread, as lmdbjava demands.
 */
final class RawLmdbBuffers extends LmdbEngine<ByteBuffer> {
  private static final int MAX_KEY_BYTES = 511;

  private final ThreadLocal<ByteBuffer> keyBuffers =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(MAX_KEY_BYTES));

  RawLmdbBuffers(Path directory, boolean sync) {
    super(ByteBufferProxy.PROXY_OPTIMAL, directory, sync);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return read(key, RawLmdbBuffers::bytes);
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    Txn<ByteBuffer> txn = readers.begin();
    try {
      ByteBuffer value = dbi.get(txn, buffer(key));
      return value == null ? null : reader.read(value);
    } finally {
      txn.reset();
    }
  }

  @Override
  public void put(byte[] key, byte[] value) {
    putAll(List.of(key), List.of(value));
  }

  @Override
  public void delete(byte[] key) {
    try (Txn<ByteBuffer> txn = env.txnWrite()) {
      dbi.delete(txn, buffer(key));
      txn.commit();
    }
  }

  @Override
  public void putAll(List<byte[]> keys, List<byte[]> values) {
    try (Txn<ByteBuffer> txn = env.txnWrite()) {
      for (int i = 0; i < keys.size(); i++) {
        byte[] value = values.get(i);
        dbi.reserve(txn, buffer(keys.get(i)), value.length).put(value);
      }
      txn.commit();
    }
  }

  @Override
  public void scan(byte[] from, KvVisitor visitor) {
    Txn<ByteBuffer> txn = readers.begin();
    try (Cursor<ByteBuffer> cursor = dbi.openCursor(txn)) {
      boolean more = cursor.get(buffer(from), GetOp.MDB_SET_RANGE);
      while (more && visitor.visit(bytes(cursor.key()), bytes(cursor.val()))) {
        more = cursor.next();
      }
    } finally {
      txn.reset();
    }
  }

  private ByteBuffer buffer(byte[] key) {
    return keyBuffers.get().clear().put(key).flip();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
