// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Random changes of bytes, as damage and faulty writers make them: of one seed always the same. */
final class ByteMutations {
  private static final int MOST_CHANGES = 6;
  private static final int MOST_BYTES = 1 << 16;
  private static final int MOST_ADDED = 100;

  /** Where lengths, counts and signs go wrong. */
  private static final long[] EDGES = {
    0,
    1,
    -1,
    2,
    7,
    8,
    24,
    63,
    64,
    65,
    255,
    256,
    65_535,
    65_536,
    1 << 30,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private static final String TEXT = "0123456789-+@ =.\n\\axz";

  private final SplittableRandom random;
  private final List<byte[]> seeds;

  /**
   * Creates the changes of some seeds.
   *
   * @param seeds what is changed; not empty
   */
  ByteMutations(long seed, List<byte[]> seeds) {
    this.random = new SplittableRandom(seed);
    this.seeds = List.copyOf(seeds);
  }

  /** Returns one of the seeds with some changes. */
  byte[] next() {
    byte[] bytes = seed().clone();
    for (int i = random.nextInt(MOST_CHANGES); i >= 0; i--) {
      bytes = changed(bytes);
    }
    return bytes;
  }

  private byte[] seed() {
    return seeds.get(random.nextInt(seeds.size()));
  }

  private int at(byte[] bytes, int room) {
    return random.nextInt(Math.max(1, bytes.length - room + 1));
  }

  private byte[] changed(byte[] bytes) {
    if (bytes.length < Long.BYTES) {
      return inserted(bytes, bytes.length, randomBytes(1 + random.nextInt(MOST_ADDED)));
    }
    int at = at(bytes, Long.BYTES);
    switch (random.nextInt(10)) {
      case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      case 2 -> bytes[at] = (byte) random.nextInt();
      case 3 -> bytes[at] = (byte) TEXT.charAt(random.nextInt(TEXT.length()));
      case 4 -> LittleEndian.putInt(bytes, at, (int) edge());
      case 5 -> LittleEndian.putLong(bytes, at, edge());
      case 6 -> {
        int length = length(bytes);
        System.arraycopy(bytes, at(bytes, length), bytes, at(bytes, length), length);
      }
      case 7 -> {
        byte[] other = seed();
        int from = at(other, 1);
        int to = Math.min(other.length, from + length(other));
        return inserted(bytes, at, Arrays.copyOfRange(other, from, to));
      }
      case 8 -> {
        int length = length(bytes);
        return cutOut(bytes, at(bytes, length), length);
      }
      default -> {
        return Arrays.copyOf(bytes, at(bytes, 0));
      }
    }
    return bytes;
  }

  /** Mostly few, sometimes many. */
  private int length(byte[] bytes) {
    int most = random.nextInt(4) == 0 ? bytes.length : Math.min(bytes.length, 16);
    return most == 0 ? 0 : 1 + random.nextInt(most);
  }

  private long edge() {
    return EDGES[random.nextInt(EDGES.length)] + random.nextInt(3) - 1;
  }

  private byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] inserted(byte[] bytes, int at, byte[] more) {
    byte[] longer = Arrays.copyOf(bytes, Math.min(MOST_BYTES, bytes.length + more.length));
    int added = longer.length - bytes.length;
    System.arraycopy(bytes, at, longer, at + added, bytes.length - at);
    System.arraycopy(more, 0, longer, at, added);
    return longer;
  }

  private static byte[] cutOut(byte[] bytes, int at, int length) {
    byte[] shorter = Arrays.copyOf(bytes, bytes.length - length);
    System.arraycopy(bytes, at + length, shorter, at, shorter.length - at);
    return shorter;
  }
}
