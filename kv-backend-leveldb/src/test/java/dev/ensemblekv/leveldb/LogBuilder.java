// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** Writes LevelDB's log format as its writer does, and knows where each record ends. */
final class LogBuilder {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<Integer> ends = new ArrayList<>();

  LogBuilder record(byte[] bytes) {
    int done = 0;
    boolean first = true;
    do {
      int left = LogFile.leftInBlock(out.size());
      if (left < LogFile.HEADER_BYTES) {
        out.writeBytes(new byte[left]);
        left = LogFile.BLOCK_BYTES;
      }
      int length = Math.min(left - LogFile.HEADER_BYTES, bytes.length - done);
      boolean last = done + length == bytes.length;
      int type =
          first ? (last ? LogFile.WHOLE : LogFile.FIRST) : last ? LogFile.LAST : LogFile.MIDDLE;
      fragment(type, Arrays.copyOfRange(bytes, done, done + length));
      done += length;
      first = false;
    } while (done < bytes.length);
    ends.add(out.size());
    return this;
  }

  private void fragment(int type, byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(type);
    crc.update(bytes, 0, bytes.length);
    ByteBuffer header = ByteBuffer.allocate(LogFile.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(LogFile.mask((int) crc.getValue()));
    header.putShort((short) bytes.length);
    header.put((byte) type);
    out.writeBytes(header.array());
    out.writeBytes(bytes);
  }

  /** Adds a batch of one put, as a log of writes has it. */
  LogBuilder batch(long sequence, byte[] value) {
    ByteBuffer batch =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + 3 + 5 + value.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    batch.putLong(sequence).putInt(1).put((byte) 1).put((byte) 1).put((byte) 'k');
    int length = value.length;
    while (length >= 0x80) {
      batch.put((byte) ((length & 0x7F) | 0x80));
      length >>>= 7;
    }
    batch.put((byte) length).put(value);
    return record(Arrays.copyOf(batch.array(), batch.position()));
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  /** Returns the bytes, and zeros up to a length, as a mapped file has them. */
  byte[] mapped(int length) {
    return Arrays.copyOf(bytes(), length);
  }

  /** Returns where each record ends. */
  List<Integer> ends() {
    return ends;
  }
}
