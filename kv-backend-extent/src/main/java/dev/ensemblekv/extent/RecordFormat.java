// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.zip.CRC32C;

/**
 * The bytes of one record of a segment: a header of 24 bytes, a key, a value, zeros up to a
 * multiple of 8.
 *
 * <pre>
 *  0  u32  CRC-32C of bytes 4 to 23, xor the seal of the place
 *  4  u32  CRC-32C of key and value
 *  8  u64  sequence number
 * 16  u32  bytes of the value
 * 20  u16  bytes of the key, less one if it is a put or a tombstone
 * 22  u8   type
 * 23  u8   flags
 * </pre>
 *
 * <p>The header has its own checksum, so that one flipped bit of a length does not hide the rest of
 * the segment, and no length is used before it was checked.
 */
final class RecordFormat {
  static final int HEADER_BYTES = 24;

  /** A key and its value. */
  static final byte PUT = 1;

  /** A key that was deleted. */
  static final byte TOMBSTONE = 2;

  /** The end of a batch: without it none of the records with {@link #IN_BATCH} before it counts. */
  static final byte COMMIT = 3;

  /** Tells up to where the log was known to be durable when this was written. */
  static final byte MARK = 4;

  /** The end of the segment: the log goes on in the next one. */
  static final byte END = 5;

  /** The end of a batch that a journal outside has under the number which this tells. */
  static final byte JOURNALED_COMMIT = 6;

  /** The flag of what counts only with the {@link #COMMIT} after it. */
  static final int IN_BATCH = 1;

  static final int MAX_KEY_BYTES = 1 << 16;

  /** The length of the record that ends a batch, at most. */
  static final long COMMIT_BYTES = bytes(0, 2 * Long.BYTES);

  private RecordFormat() {}

  static boolean hasKey(int type) {
    return type == PUT || type == TOMBSTONE;
  }

  /** Returns the length of a record in its segment. */
  static long bytes(int keyBytes, int valueBytes) {
    long bytes = (long) HEADER_BYTES + keyBytes + valueBytes;
    return (bytes + Location.ALIGNMENT - 1) & -Location.ALIGNMENT;
  }

  /** Returns the checksum of key and value. */
  static int bodyCrc(byte[] key, byte[] value) {
    CRC32C crc = new CRC32C();
    crc.update(key, 0, key.length);
    crc.update(value, 0, value.length);
    return (int) crc.getValue();
  }

  static boolean isCommit(int type) {
    return type == COMMIT || type == JOURNALED_COMMIT;
  }

  /**
   * Returns the body of the record that ends a batch.
   *
   * @param journal the number of a journaled batch; 0: it is none
   */
  static byte[] commitBody(int count, int crcOfCrcs, long journal) {
    byte[] body = new byte[bodyBytes(journal == 0 ? COMMIT : JOURNALED_COMMIT)];
    LittleEndian.putInt(body, 0, count);
    LittleEndian.putInt(body, 4, crcOfCrcs);
    if (journal != 0) {
      LittleEndian.putLong(body, 8, journal);
    }
    return body;
  }

  /** Returns the number that the end of a batch tells; 0 if it is not journaled. */
  static long journal(byte[] commitBody) {
    return commitBody.length == bodyBytes(COMMIT) ? 0 : LittleEndian.getLong(commitBody, 8);
  }

  /** Returns the body of a mark. */
  static byte[] markBody(Manifest.Position durable) {
    byte[] body = new byte[bodyBytes(MARK)];
    LittleEndian.putLong(body, 0, durable.segment());
    LittleEndian.putLong(body, 8, durable.offset());
    return body;
  }

  /** Writes a header into an array. */
  static void encode(
      byte[] header,
      int type,
      int flags,
      long sequence,
      int keyBytes,
      int valueBytes,
      int bodyCrc,
      Seal seal,
      long offset) {
    LittleEndian.putInt(header, 4, bodyCrc);
    LittleEndian.putLong(header, 8, sequence);
    LittleEndian.putInt(header, 16, valueBytes);
    LittleEndian.putShort(header, 20, hasKey(type) ? keyBytes - 1 : keyBytes);
    header[22] = (byte) type;
    header[23] = (byte) flags;
    LittleEndian.putInt(header, 0, seal.of(header, 4, HEADER_BYTES - 4, offset));
  }

  /** Tells whether there is a header that was written for this place. */
  static boolean isHeader(byte[] bytes, int at, Seal seal, long offset) {
    return LittleEndian.getInt(bytes, at) == seal.of(bytes, at + 4, HEADER_BYTES - 4, offset)
        && type(bytes, at) >= PUT
        && type(bytes, at) <= JOURNALED_COMMIT
        && (hasKey(type(bytes, at))
            ? valueBytes(bytes, at) >= 0
            : valueBytes(bytes, at) == bodyBytes(type(bytes, at)) && keyBytes(bytes, at) == 0);
  }

  /** Returns how much is in a record without a key. */
  static int bodyBytes(int type) {
    return type == MARK || type == JOURNALED_COMMIT ? 2 * Long.BYTES : Long.BYTES;
  }

  static int bodyCrc(byte[] bytes, int at) {
    return LittleEndian.getInt(bytes, at + 4);
  }

  static long sequence(byte[] bytes, int at) {
    return LittleEndian.getLong(bytes, at + 8);
  }

  static int valueBytes(byte[] bytes, int at) {
    return LittleEndian.getInt(bytes, at + 16);
  }

  static int keyBytes(byte[] bytes, int at) {
    int stored = LittleEndian.getUnsignedShort(bytes, at + 20);
    return hasKey(type(bytes, at)) ? stored + 1 : stored;
  }

  static int type(byte[] bytes, int at) {
    return bytes[at + 22];
  }

  static int flags(byte[] bytes, int at) {
    return bytes[at + 23];
  }

  /** Returns the length of the record that a header begins. */
  static long recordBytes(byte[] bytes, int at) {
    return bytes(keyBytes(bytes, at), valueBytes(bytes, at));
  }
}
