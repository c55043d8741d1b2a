// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one batch in the journal: a header of 32 bytes, the operations, zeros up to a
 * multiple of 8. All numbers are little-endian.
 *
 * <pre>
 *  0  u32  CRC-32C of the id of the store, the u64 offset of the entry, and bytes 4 to 31
 *  4  u32  CRC-32C of the body
 *  8  u64  number
 * 16  u64  bytes of the body
 * 24  u64  up to where the file was durable when this was written
 * 32       body: the operations, one after the other
 *
 * operation = type u8 (1 put, 2 delete), bytes of the key u32, [bytes of the value u32,] key [value]
 * </pre>
 */
final class JournalEntry {
  static final int HEADER_BYTES = 32;
  static final int ALIGNMENT = 8;

  private static final byte PUT = 1;
  private static final byte DELETE = 2;
  private static final int OPERATION_BYTES = 1 + 2 * Integer.BYTES;

  private final byte[] bytes;
  private final int length;

  private JournalEntry(byte[] bytes, int length) {
    this.bytes = bytes;
    this.length = length;
  }

  /**
   * What a header tells.
   *
   * @param durable up to where the file was durable before
   */
  record Header(int bodyCrc, long number, long bodyBytes, long durable) {
    /** Returns how many bytes of the file the entry takes. */
    long entryBytes() {
      return (HEADER_BYTES + bodyBytes + ALIGNMENT - 1) & -ALIGNMENT;
    }
  }

  /**
   * Encodes a batch, but for its place in the journal.
   *
   * @throws IllegalArgumentException if it is too long
   */
  static JournalEntry of(KvBatch batch) {
    long most = HEADER_BYTES + batch.bytes() + (long) OPERATION_BYTES * batch.count() + ALIGNMENT;
    if (most > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the batch takes " + most + " bytes in the journal of the ensemble; write it in parts");
    }
    byte[] bytes = new byte[(int) most];
    ByteBuffer to = littleEndian(bytes).position(HEADER_BYTES);
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            to.put(PUT).putInt(key.length).putInt(value.length).put(key).put(value);
          }

          @Override
          public void delete(byte[] key) {
            to.put(DELETE).putInt(key.length).put(key);
          }
        });
    int bodyBytes = to.position() - HEADER_BYTES;
    CRC32C crc = new CRC32C();
    crc.update(bytes, HEADER_BYTES, bodyBytes);
    to.putInt(4, (int) crc.getValue()).putLong(16, bodyBytes);
    return new JournalEntry(bytes, (to.position() + ALIGNMENT - 1) & -ALIGNMENT);
  }

  /** Binds it to its place in the journal; returns the bytes, of which {@link #length} count. */
  byte[] at(byte[] storeId, long offset, long number, long durable) {
    ByteBuffer header = littleEndian(bytes).putLong(8, number).putLong(24, durable);
    header.putInt(0, sum(storeId, offset, bytes, 0));
    return bytes;
  }

  /** Returns how many bytes of the file it takes. */
  int length() {
    return length;
  }

  /** Reads a header; returns {@code null} if there is none that was written for the place. */
  static @Nullable Header header(byte[] storeId, long offset, byte[] from, int at) {
    ByteBuffer header = littleEndian(from);
    boolean isPossible = header.getLong(at + 8) > 0 && header.getLong(at + 16) >= 0;
    if (!isPossible || header.getInt(at) != sum(storeId, offset, from, at)) {
      return null;
    }
    return new Header(
        header.getInt(at + 4),
        header.getLong(at + 8),
        header.getLong(at + 16),
        header.getLong(at + 24));
  }

  private static int sum(byte[] storeId, long offset, byte[] header, int at) {
    CRC32C crc = new CRC32C();
    crc.update(storeId);
    crc.update(littleEndian(new byte[Long.BYTES]).putLong(0, offset));
    crc.update(header, at + 4, HEADER_BYTES - 4);
    return (int) crc.getValue();
  }

  /**
   * Reads the operations of a body that is intact.
   *
   * @throws IllegalArgumentException if it was written by something else
   */
  static KvBatch batch(byte[] body) {
    KvBatch batch = new KvBatch();
    int at = 0;
    while (at < body.length) {
      ByteBuffer from = littleEndian(body).position(at);
      int type = from.remaining() < OPERATION_BYTES ? lastType(from) : from.get();
      int keyBytes = from.getInt();
      int valueBytes = type == PUT ? from.getInt() : 0;
      if (keyBytes < 0 || valueBytes < 0 || (long) keyBytes + valueBytes > from.remaining()) {
        throw new IllegalArgumentException("an operation is longer than the entry");
      }
      int valueAt = from.position() + keyBytes;
      byte[] key = Arrays.copyOfRange(body, from.position(), valueAt);
      at = valueAt + valueBytes;
      if (type == PUT) {
        batch.put(key, Arrays.copyOfRange(body, valueAt, at));
      } else if (type == DELETE) {
        batch.delete(key);
      } else {
        throw new IllegalArgumentException("an operation of type " + type);
      }
    }
    return batch;
  }

  /** Only a delete of a short key is shorter than the lengths of a put. */
  private static int lastType(ByteBuffer from) {
    int type = from.get();
    if (type != DELETE || from.remaining() < Integer.BYTES) {
      throw new IllegalArgumentException("an operation is cut short");
    }
    return type;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
