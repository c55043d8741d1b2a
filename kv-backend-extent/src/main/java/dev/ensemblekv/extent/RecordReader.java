// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads single records by their location, and checks them. Not thread-safe: one for a thread. */
final class RecordReader {
  private static final int CHUNK_BYTES = 64 << 10;

  /** So much is read at once, though it is in memory. */
  private static final int SMALL_BYTES = 512;

  private final CRC32C crc = new CRC32C();
  private byte[] buffer = new byte[256];

  /** Room for the order of a key. */
  final long[] order = new long[1];

  /** Room for one bucket of a run. */
  final byte[] bucket = new byte[Bucket.BYTES];

  private int keyBytes;
  private int valueBytes;
  private int bodyCrc;

  /** How much of the record from the header on is in the buffer. */
  private int loaded;

  /** Reads the header, and what comes with it where each call costs. */
  private void load(Segment segment, long offset, long location) throws IOException {
    loaded = RecordFormat.HEADER_BYTES;
    int most = Location.bytes(location);
    if (most <= SMALL_BYTES || !segment.isMapped()) {
      loaded = (int) Math.min(most, segment.end() - offset);
      loaded = Math.max(RecordFormat.HEADER_BYTES, Math.min(loaded, CHUNK_BYTES));
      if (loaded > buffer.length) {
        buffer = new byte[loaded];
      }
    }
    segment.read(offset, buffer, 0, loaded);
    if (!RecordFormat.isHeader(buffer, 0, segment.seal(), offset)) {
      throw new CorruptionException(
          "the header of a record is damaged", segment.path(), offset, null);
    }
    keyBytes = RecordFormat.keyBytes(buffer, 0);
    valueBytes = RecordFormat.valueBytes(buffer, 0);
    bodyCrc = RecordFormat.bodyCrc(buffer, 0);
    if (offset + RecordFormat.recordBytes(buffer, 0) > segment.end()) {
      throw new CorruptionException(
          "a record reaches beyond the end of its segment", segment.path(), offset, null);
    }
  }

  private void read(Segment segment, long offset, int from, byte[] target, int length)
      throws IOException {
    int there = Math.max(0, Math.min(length, loaded - from));
    System.arraycopy(buffer, Math.min(from, loaded), target, 0, there);
    if (there < length) {
      segment.read(offset + from + there, target, there, length - there);
    }
  }

  /**
   * Returns the value of a key.
   *
   * @throws CorruptionException if the record is not what was written
   */
  byte[] value(Segment segment, long location, byte[] key) throws IOException {
    long offset = Location.offset(location);
    load(segment, offset, location);
    byte[] value = new byte[valueBytes];
    read(segment, offset, RecordFormat.HEADER_BYTES + keyBytes, value, valueBytes);
    crc.reset();
    crc.update(key, 0, key.length);
    crc.update(value, 0, value.length);
    if ((int) crc.getValue() != bodyCrc || key.length != keyBytes) {
      throw whatIsWrong(segment, offset, key);
    }
    return value;
  }

  /** Hands the value of a key to a reader, without a copy if it is in memory. */
  <R> @Nullable R read(Segment segment, long location, byte[] key, KvReader<R> reader)
      throws IOException {
    if (!segment.isMapped()) {
      return readCopy(segment, location, key, reader);
    }
    long offset = Location.offset(location);
    load(segment, offset, location);
    long valueAt = offset + RecordFormat.HEADER_BYTES + keyBytes;
    ByteBuffer value = segment.slice(valueAt, valueBytes);
    if (value == null) { // in two parts, or not in memory any more
      return readCopy(segment, location, key, reader);
    }
    crc.reset();
    crc.update(key, 0, key.length);
    byte[] chunk = new byte[Math.min(valueBytes, CHUNK_BYTES)];
    for (int done = 0; done < valueBytes; done += chunk.length) {
      int count = Math.min(chunk.length, valueBytes - done);
      segment.read(valueAt + done, chunk, 0, count);
      crc.update(chunk, 0, count);
    }
    if ((int) crc.getValue() != bodyCrc || key.length != keyBytes) {
      throw whatIsWrong(segment, offset, key);
    }
    return reader.read(value.asReadOnlyBuffer());
  }

  private <R> @Nullable R readCopy(Segment segment, long location, byte[] key, KvReader<R> reader)
      throws IOException {
    return reader.read(ByteBuffer.wrap(value(segment, location, key)).asReadOnlyBuffer());
  }

  /** Reads a pair whose key is not known before. */
  byte[][] pair(Segment segment, long location) throws IOException {
    long offset = Location.offset(location);
    load(segment, offset, location);
    byte[] key = new byte[keyBytes];
    byte[] value = new byte[valueBytes];
    read(segment, offset, RecordFormat.HEADER_BYTES, key, keyBytes);
    read(segment, offset, RecordFormat.HEADER_BYTES + keyBytes, value, valueBytes);
    crc.reset();
    crc.update(key, 0, key.length);
    crc.update(value, 0, value.length);
    if ((int) crc.getValue() != bodyCrc) {
      throw damaged(segment, offset);
    }
    return new byte[][] {key, value};
  }

  /** Two keys of one hash do not happen, but are not taken for one another if they do. */
  private KvException whatIsWrong(Segment segment, long offset, byte[] key) throws IOException {
    byte[] stored = new byte[keyBytes];
    read(segment, offset, RecordFormat.HEADER_BYTES, stored, keyBytes);
    byte[] value = new byte[valueBytes];
    read(segment, offset, RecordFormat.HEADER_BYTES + keyBytes, value, valueBytes);
    crc.reset();
    crc.update(stored, 0, stored.length);
    crc.update(value, 0, value.length);
    boolean intact = (int) crc.getValue() == bodyCrc;
    return intact && !Arrays.equals(stored, key)
        ? new KvException(
            "the key has the hash of another one that is stored; choose another key",
            segment.path(),
            null)
        : damaged(segment, offset);
  }

  private static CorruptionException damaged(Segment segment, long offset) {
    return new CorruptionException(
        "the checksum of a key and its value does not match", segment.path(), offset, null);
  }
}
