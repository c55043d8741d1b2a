// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongBiFunction;

/**
 * The key space cut into slices of tens of megabytes, so that a long compaction makes progress and
 * can be cancelled.
 *
 * <p>A prefix that holds too much is cut by its next byte, at every value of it that holds enough.
 */
final class KeySlices {
  private static final long SLICE_BYTES = 32L << 20;
  private static final int MAX_DEPTH = 64;
  private static final int BYTE_VALUES = 256;

  private final ToLongBiFunction<byte[], byte[]> bytesOf;
  private final List<byte[]> cuts = new ArrayList<>();

  private KeySlices(ToLongBiFunction<byte[], byte[]> bytesOf) {
    this.bytesOf = bytesOf;
  }

  /**
   * Returns the slices, in order; together they are all keys.
   *
   * @param bytesOf tells about how much lies between two keys
   */
  static List<KeyRange> of(ToLongBiFunction<byte[], byte[]> bytesOf) {
    KeySlices slices = new KeySlices(bytesOf);
    slices.cut(new byte[0], 0);
    List<KeyRange> all = new ArrayList<>();
    byte[] from = new byte[0];
    for (byte[] to : slices.cuts) {
      all.add(KeyRange.of(from, to));
      from = to;
    }
    all.add(KeyRange.from(from));
    return all;
  }

  /** Cuts up what begins with a prefix; returns how much of it lies behind the last cut. */
  private long cut(byte[] prefix, long before) {
    long uncut = before;
    for (int value = 0; value < BYTE_VALUES; value++) {
      byte[] from = append(prefix, value);
      byte[] to =
          value < BYTE_VALUES - 1 ? append(prefix, value + 1) : append(from, BYTE_VALUES - 1);
      long bytes = bytesOf.applyAsLong(from, to);
      if (uncut > 0 && uncut + bytes > SLICE_BYTES) {
        cuts.add(from);
        uncut = 0;
      }
      uncut = bytes > SLICE_BYTES && from.length < MAX_DEPTH ? cut(from, uncut) : uncut + bytes;
    }
    return uncut;
  }

  private static byte[] append(byte[] prefix, int value) {
    byte[] longer = Arrays.copyOf(prefix, prefix.length + 1);
    longer[prefix.length] = (byte) value;
    return longer;
  }
}
