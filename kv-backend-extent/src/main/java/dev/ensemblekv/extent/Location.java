// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/**
 * Where the record of a key is, in a {@code long}: 32 bits of segment, 27 of offset in units of 8
 * bytes, 5 of size class. Never {@link #NONE} for a record.
 *
 * <p>The size class tells about how long the record is: so much must be read, and so much is dead
 * when it is superseded. Class 0 is a tombstone.
 */
final class Location {
  /** No record: what an empty slot holds, and what a look-up returns that finds nothing. */
  static final long NONE = 0;

  /** Offsets are below this, and multiples of {@link #ALIGNMENT}. */
  static final long MAX_SEGMENT_BYTES = 1L << 30;

  static final int ALIGNMENT = 8;

  /** What a tombstone counts for in the accounts. */
  static final int TOMBSTONE_BYTES = 48;

  private static final int CLASS_BITS = 5;
  private static final int CLASS_MASK = (1 << CLASS_BITS) - 1;
  private static final int OFFSET_BITS = 27;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;
  private static final int TOMBSTONE = 0;

  private static final int HALVED_CLASSES = 15;

  /** Most that a record of a class has: two classes for each power of two to 4 KiB, then one. */
  private static final int[] CLASS_BYTES = new int[CLASS_MASK + 1];

  static {
    CLASS_BYTES[TOMBSTONE] = TOMBSTONE_BYTES;
    for (int i = 1; i <= HALVED_CLASSES; i++) {
      int power = 32 << ((i - 1) / 2);
      CLASS_BYTES[i] = i % 2 == 1 ? power : power + power / 2;
    }
    for (int i = HALVED_CLASSES + 1; i <= CLASS_MASK; i++) {
      CLASS_BYTES[i] = CLASS_BYTES[i - 1] * 2;
    }
    CLASS_BYTES[CLASS_MASK] *= 2;
  }

  private Location() {}

  static long ofValue(int segment, long offset, long recordBytes) {
    return of(segment, offset, sizeClass(recordBytes));
  }

  static long ofTombstone(int segment, long offset) {
    return of(segment, offset, TOMBSTONE);
  }

  private static long of(int segment, long offset, int sizeClass) {
    return ((long) segment << (OFFSET_BITS + CLASS_BITS))
        | ((offset / ALIGNMENT) << CLASS_BITS)
        | sizeClass;
  }

  /** Returns the same record at another place. */
  static long moved(long location, int segment, long offset) {
    return of(segment, offset, (int) location & CLASS_MASK);
  }

  static int segment(long location) {
    return (int) (location >>> (OFFSET_BITS + CLASS_BITS));
  }

  static long offset(long location) {
    return ((location >>> CLASS_BITS) & OFFSET_MASK) * ALIGNMENT;
  }

  static boolean isTombstone(long location) {
    return (location & CLASS_MASK) == TOMBSTONE;
  }

  /** Returns what the record counts for in the accounts of its segment. */
  static int bytes(long location) {
    return CLASS_BYTES[(int) location & CLASS_MASK];
  }

  private static int sizeClass(long recordBytes) {
    int sizeClass = 1;
    while (sizeClass < CLASS_MASK && CLASS_BYTES[sizeClass] < recordBytes) {
      sizeClass++;
    }
    return sizeClass;
  }

  static String describe(long location) {
    return Segment.name(segment(location)) + " at byte " + offset(location);
  }
}
