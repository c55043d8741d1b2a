// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import java.nio.file.Path;

/**
 * A blocked Bloom filter over the keys of a run, in memory: tells of almost all keys that are not
 * in the run that they are not. A key has all its bits in one block of 64 bytes.
 *
 * <p>After Putze, Sanders, Singler: "Cache-, hash- and space-efficient Bloom filters", 2007. With
 * 10 bits a key about one of a hundred absent keys is taken for present.
 */
final class RunFilter {
  static final int BLOCK_BYTES = 64;

  private static final int WORDS = BLOCK_BYTES / Long.BYTES;
  private static final int BITS_PER_KEY = 10;
  private static final int MOST_BLOCKS = 1 << 24;
  private static final int PROBES = 6;
  private static final int PROBE_BITS = 9;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final long[] words;
  private final int blocks;

  private RunFilter(long[] words) {
    this.words = words;
    this.blocks = words.length / WORDS;
  }

  /** Creates an empty filter for so many keys; more make it less sharp. */
  static RunFilter forKeys(long keys) {
    long blocks = keys * BITS_PER_KEY / (BLOCK_BYTES * Byte.SIZE) + 1;
    return new RunFilter(new long[Math.toIntExact(Math.min(blocks, MOST_BLOCKS)) * WORDS]);
  }

  int blocks() {
    return blocks;
  }

  void add(long order, int routing) {
    int block = block(order);
    long bits = bits(order, routing);
    for (int i = 0; i < PROBES; i++, bits >>>= PROBE_BITS) {
      words[block + word(bits)] |= 1L << bits;
    }
  }

  /** Tells whether a key may be there; {@code false}: it is not. */
  boolean mayContain(long order, int routing) {
    int block = block(order);
    long bits = bits(order, routing);
    for (int i = 0; i < PROBES; i++, bits >>>= PROBE_BITS) {
      if ((words[block + word(bits)] & (1L << bits)) == 0) {
        return false;
      }
    }
    return true;
  }

  private int block(long order) {
    return (int) KeyHash.place(order, blocks) * WORDS;
  }

  private static int word(long bits) {
    return (int) (bits >>> 6) & (WORDS - 1);
  }

  /** Keys of one block have the upper bits of their order in common, so these are mixed away. */
  private static long bits(long order, int routing) {
    long mixed = (order ^ Integer.toUnsignedLong(routing)) * MIX;
    return mixed ^ (mixed >>> 32);
  }

  /** Returns the bytes on disk: the words, and a block that ends with the sealed checksum. */
  byte[] encode(Seal seal, long offset) {
    byte[] bytes = new byte[words.length * Long.BYTES + BLOCK_BYTES];
    for (int i = 0; i < words.length; i++) {
      LittleEndian.putLong(bytes, i * Long.BYTES, words[i]);
    }
    int crcAt = bytes.length - Integer.BYTES;
    LittleEndian.putInt(bytes, crcAt, seal.of(bytes, 0, crcAt, offset));
    return bytes;
  }

  /** Returns how many bytes so many blocks have on disk. */
  static long encodedBytes(int blocks) {
    return blocks == 0 ? 0 : (blocks + 1L) * BLOCK_BYTES;
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws CorruptionException if the bytes are something else
   */
  static RunFilter decode(byte[] bytes, Seal seal, long offset, Path path) {
    int crcAt = bytes.length - Integer.BYTES;
    if (LittleEndian.getInt(bytes, crcAt) != seal.of(bytes, 0, crcAt, offset)) {
      throw new CorruptionException(
          "the checksum of the filter of a run does not match", path, offset, null);
    }
    long[] words = new long[(bytes.length - BLOCK_BYTES) / Long.BYTES];
    for (int i = 0; i < words.length; i++) {
      words[i] = LittleEndian.getLong(bytes, i * Long.BYTES);
    }
    return new RunFilter(words);
  }
}
