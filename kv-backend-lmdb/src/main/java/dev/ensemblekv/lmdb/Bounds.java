// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KeyRange;
import java.util.Arrays;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;

/**
 * The way to the first pair of a range. LMDB takes no key longer than its longest, but a bound may
 * be longer: it stands right behind the key that its beginning is.
 */
final class Bounds {
  private static final int MAX_KEY_BYTES = LmdbBackend.LIMITS.maxKeyBytes();

  private Bounds() {}

  /** Goes to the first pair from a bound on. */
  static boolean from(Cursor<Slice> cursor, Slice keySlice, byte[] bound) {
    boolean cut = bound.length > MAX_KEY_BYTES;
    byte[] key = cut ? Arrays.copyOf(bound, MAX_KEY_BYTES) : bound;
    return cursor.get(keySlice.set(key), GetOp.MDB_SET_RANGE)
        && (!cut || !Arrays.equals(cursor.key().copy(0), key) || cursor.next());
  }

  /** Goes to the first pair after a key. */
  static boolean after(Cursor<Slice> cursor, Slice keySlice, byte[] key) {
    return cursor.get(keySlice.set(key), GetOp.MDB_SET_RANGE)
        && (!Arrays.equals(cursor.key().copy(0), key) || cursor.next());
  }

  /** Goes to the last pair before a bound. */
  private static boolean before(Cursor<Slice> cursor, Slice keySlice, byte[] bound) {
    return from(cursor, keySlice, bound) ? cursor.prev() : cursor.last();
  }

  /** Goes to the first pair of a range, in its direction, or beyond its other end. */
  static boolean first(Cursor<Slice> cursor, Slice keySlice, KeyRange range) {
    if (range.isReverse()) {
      return range.to().map(to -> before(cursor, keySlice, to)).orElseGet(cursor::last);
    }
    return range.from().map(from -> from(cursor, keySlice, from)).orElseGet(cursor::first);
  }
}
