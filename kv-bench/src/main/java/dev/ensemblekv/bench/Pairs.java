// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The pairs of a benchmark: keys and values that follow from a seed, so that each can be made again
 * and compared. Nothing in them can be compressed. Immutable.
 *
 * @param seed what everything follows from
 * @param valueBytes length of each value
 */
public record Pairs(long seed, int valueBytes) {
  /** Length of each key. */
  public static final int KEY_BYTES = 16;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  /** Returns the key with an index; keys of different indexes differ, and lie in random order. */
  public byte[] key(long index) {
    byte[] key = new byte[KEY_BYTES];
    long state = seed + 2 * index;
    LONGS.set(key, 0, mix(state));
    LONGS.set(key, Long.BYTES, mix(state + 1));
    return key;
  }

  /** Returns the value of a key after so many changes. */
  public byte[] value(long index, int version) {
    byte[] value = new byte[valueBytes];
    fill(value, index, version);
    return value;
  }

  /** Makes the value of a key in an array of its length. */
  public void fill(byte[] value, long index, int version) {
    long state = mix(seed ^ mix((index << Byte.SIZE) + version));
    int whole = value.length & -Long.BYTES;
    for (int i = 0; i < whole; i += Long.BYTES) {
      state += GAMMA;
      LONGS.set(value, i, mix(state));
    }
    long rest = mix(state + GAMMA);
    for (int i = whole; i < value.length; i++) {
      value[i] = (byte) rest;
      rest >>>= Byte.SIZE;
    }
  }

  /** The finalizer of SplitMix64: a bijection. */
  private static long mix(long state) {
    long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
