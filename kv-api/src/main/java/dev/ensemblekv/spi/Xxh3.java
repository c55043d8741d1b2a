// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The hash function XXH3-128 with a seed, by which keys are spread and found: its words are plain
 * numbers, so that no call leaves an object behind. Thread-safe.
 *
 * <p>After its <a
 * href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">specification</a>, whose
 * names the constants have.
 */
public final class Xxh3 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long PRIME32_1 = 0x9E3779B1L;
  private static final long PRIME32_2 = 0x85EBCA77L;
  private static final long PRIME32_3 = 0xC2B2AE3DL;
  private static final long PRIME64_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME64_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME64_3 = 0x165667B19E3779F9L;
  private static final long PRIME64_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME64_5 = 0x27D4EB2F165667C5L;
  private static final long PRIME_MX1 = 0x165667919E3779F9L;
  private static final long PRIME_MX2 = 0x9FB21C651E98DF25L;

  private static final byte[] SECRET =
      HexFormat.of()
          .parseHex(
              "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
                  + "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
                  + "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
                  + "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
                  + "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
                  + "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e");

  private static final int STRIPE_BYTES = 64;
  private static final int LANES = STRIPE_BYTES / Long.BYTES;
  private static final int MIX_BYTES = 32;

  private final long seed;
  private final byte[] seededSecret;

  /** Creates the function with a seed. */
  public Xxh3(long seed) {
    this.seed = seed;
    this.seededSecret = SECRET.clone();
    for (int i = 0; i < SECRET.length; i += 2 * Long.BYTES) {
      LONGS.set(seededSecret, i, secret(i) + seed);
      LONGS.set(seededSecret, i + Long.BYTES, secret(i + Long.BYTES) - seed);
    }
  }

  /** Returns the lower 64 bits of the hash of some bytes. */
  public long low(byte[] bytes) {
    return hash(bytes, null);
  }

  /**
   * Returns the lower 64 bits of the hash of some bytes.
   *
   * @param upper takes the upper 64 bits as its first element
   */
  public long hash(byte[] bytes, long @Nullable [] upper) {
    int length = bytes.length;
    if (length > 16) {
      return length <= 128
          ? upTo128(bytes, upper)
          : length <= 240 ? upTo240(bytes, upper) : longer(bytes, upper);
    }
    if (length > 8) {
      return upTo16(bytes, upper);
    }
    if (length >= 4) {
      return upTo8(bytes, upper);
    }
    return length > 0 ? upTo3(bytes, upper) : ofNothing(upper);
  }

  private long ofNothing(long @Nullable [] upper) {
    if (upper != null) {
      upper[0] = avalanche64(seed ^ secret(80) ^ secret(88));
    }
    return avalanche64(seed ^ secret(64) ^ secret(72));
  }

  private long upTo3(byte[] bytes, long @Nullable [] upper) {
    int length = bytes.length;
    int first = bytes[0] & 0xFF;
    int middle = bytes[length >> 1] & 0xFF;
    int last = bytes[length - 1] & 0xFF;
    int input = first << 16 | middle << 24 | last | length << 8;
    if (upper != null) {
      int turned = Integer.rotateLeft(Integer.reverseBytes(input), 13);
      upper[0] = avalanche64(unsigned(turned) ^ (unsigned(secretInt(8) ^ secretInt(12)) - seed));
    }
    return avalanche64(unsigned(input) ^ (unsigned(secretInt(0) ^ secretInt(4)) + seed));
  }

  private long upTo8(byte[] bytes, long @Nullable [] upper) {
    int length = bytes.length;
    long mixedSeed = seed ^ (unsigned(Integer.reverseBytes((int) seed)) << 32);
    long input =
        unsigned((int) INTS.get(bytes, 0)) + ((long) (int) INTS.get(bytes, length - 4) << 32);
    long keyed = input ^ ((secret(16) ^ secret(24)) + mixedSeed);
    long factor = PRIME64_1 + ((long) length << 2);
    long productLow = keyed * factor;
    long productHigh = multiplyHigh(keyed, factor) + (productLow << 1);
    if (upper != null) {
      upper[0] = avalanche(productHigh);
    }
    long low = productLow ^ (productHigh >>> 3);
    low = (low ^ (low >>> 35)) * PRIME_MX2;
    return low ^ (low >>> 28);
  }

  private long upTo16(byte[] bytes, long @Nullable [] upper) {
    int length = bytes.length;
    long inputLow = (long) LONGS.get(bytes, 0);
    long inputHigh = (long) LONGS.get(bytes, length - 8);
    long keyed = inputLow ^ inputHigh ^ ((secret(32) ^ secret(40)) - seed);
    long flipped = inputHigh ^ ((secret(48) ^ secret(56)) + seed);
    long productLow = keyed * PRIME64_1 + ((long) (length - 1) << 54);
    long productHigh =
        multiplyHigh(keyed, PRIME64_1) + flipped + unsigned((int) flipped) * (PRIME32_2 - 1);
    productLow ^= Long.reverseBytes(productHigh);
    if (upper != null) {
      upper[0] = avalanche(multiplyHigh(productLow, PRIME64_2) + productHigh * PRIME64_2);
    }
    return avalanche(productLow * PRIME64_2);
  }

  private long upTo128(byte[] bytes, long @Nullable [] upper) {
    int length = bytes.length;
    long low = length * PRIME64_1;
    long second = 0;
    for (int i = (length - 1) / MIX_BYTES; i >= 0; i--) {
      int front = i * MIX_BYTES / 2;
      int back = length - front - MIX_BYTES / 2;
      low = mix(low, bytes, front, back, i * MIX_BYTES, seed);
      second = mix(second, bytes, back, front, i * MIX_BYTES + MIX_BYTES / 2, seed);
    }
    return ofSums(low, second, length, upper);
  }

  private long upTo240(byte[] bytes, long @Nullable [] upper) {
    int length = bytes.length;
    long low = length * PRIME64_1;
    long second = 0;
    int at = 0;
    for (; at < 128; at += MIX_BYTES) {
      low = mix(low, bytes, at, at + 16, at, seed);
      second = mix(second, bytes, at + 16, at, at + 16, seed);
    }
    low = avalanche(low);
    second = avalanche(second);
    for (; at + MIX_BYTES <= length; at += MIX_BYTES) {
      low = mix(low, bytes, at, at + 16, at - 125, seed);
      second = mix(second, bytes, at + 16, at, at - 109, seed);
    }
    low = mix(low, bytes, length - 16, length - 32, 103, -seed);
    second = mix(second, bytes, length - 32, length - 16, 119, -seed);
    return ofSums(low, second, length, upper);
  }

  /** Adds 16 bytes to a sum, multiplied by the secret, and 16 others as they are. */
  private static long mix(long sum, byte[] bytes, int at, int other, int secretAt, long seed) {
    return (sum
            + folded(
                (long) LONGS.get(bytes, at) ^ (secret(secretAt) + seed),
                (long) LONGS.get(bytes, at + 8) ^ (secret(secretAt + 8) - seed)))
        ^ ((long) LONGS.get(bytes, other) + (long) LONGS.get(bytes, other + 8));
  }

  private long ofSums(long low, long second, int length, long @Nullable [] upper) {
    if (upper != null) {
      upper[0] = -avalanche(low * PRIME64_1 + second * PRIME64_4 + (length - seed) * PRIME64_2);
    }
    return avalanche(low + second);
  }

  private long longer(byte[] bytes, long @Nullable [] upper) {
    long[] sums = {
      PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1
    };
    int secretAt = 0;
    int last = bytes.length - STRIPE_BYTES;
    for (int at = 0; at < last; at += STRIPE_BYTES) {
      accumulate(sums, bytes, at, secretAt);
      secretAt += Long.BYTES;
      if (secretAt > SECRET.length - STRIPE_BYTES - Long.BYTES) {
        scramble(sums);
        secretAt = 0;
      }
    }
    accumulate(sums, bytes, last, SECRET.length - STRIPE_BYTES - 7);
    if (upper != null) {
      upper[0] = merged(sums, SECRET.length - STRIPE_BYTES - 11, ~(bytes.length * PRIME64_2));
    }
    return merged(sums, 11, bytes.length * PRIME64_1);
  }

  private void accumulate(long[] sums, byte[] bytes, int at, int secretAt) {
    for (int i = 0; i < LANES; i++) {
      long data = (long) LONGS.get(bytes, at + i * Long.BYTES);
      long keyed = data ^ (long) LONGS.get(seededSecret, secretAt + i * Long.BYTES);
      sums[i ^ 1] += data;
      sums[i] += unsigned((int) keyed) * (keyed >>> 32);
    }
  }

  private void scramble(long[] sums) {
    for (int i = 0; i < LANES; i++) {
      long key = (long) LONGS.get(seededSecret, SECRET.length - STRIPE_BYTES + i * Long.BYTES);
      sums[i] = (sums[i] ^ (sums[i] >>> 47) ^ key) * PRIME32_1;
    }
  }

  private long merged(long[] sums, int secretAt, long start) {
    long sum = start;
    for (int i = 0; i < LANES; i += 2) {
      int at = secretAt + i * Long.BYTES;
      sum +=
          folded(
              sums[i] ^ (long) LONGS.get(seededSecret, at),
              sums[i + 1] ^ (long) LONGS.get(seededSecret, at + Long.BYTES));
    }
    return avalanche(sum);
  }

  private static long secret(int at) {
    return (long) LONGS.get(SECRET, at);
  }

  private static int secretInt(int at) {
    return (int) INTS.get(SECRET, at);
  }

  private static long unsigned(int value) {
    return Integer.toUnsignedLong(value);
  }

  /** The upper word of the product of two unsigned numbers. */
  private static long multiplyHigh(long a, long b) {
    return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
  }

  private static long folded(long a, long b) {
    return a * b ^ multiplyHigh(a, b);
  }

  private static long avalanche(long hash) {
    long mixed = (hash ^ (hash >>> 37)) * PRIME_MX1;
    return mixed ^ (mixed >>> 32);
  }

  private static long avalanche64(long hash) {
    long mixed = (hash ^ (hash >>> 33)) * PRIME64_2;
    mixed = (mixed ^ (mixed >>> 29)) * PRIME64_3;
    return mixed ^ (mixed >>> 32);
  }
}
