// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/** A few records that a compaction copied: where they were, and where they are now. */
final class Moved {
  /** So many are pointed at while writers wait. */
  private static final int MOST = 64;

  private final Entries originals = new Entries();
  private final long[] copies = new long[MOST];

  boolean isFull() {
    return originals.count() == MOST;
  }

  void add(KeyHash hash, long original, long copy) {
    copies[originals.count()] = copy;
    originals.add(hash.order(), hash.routing(), original);
  }

  int count() {
    return originals.count();
  }

  KeyHash hash(int index) {
    return new KeyHash(originals.order(index), originals.routing(index));
  }

  long original(int index) {
    return originals.location(index);
  }

  long copy(int index) {
    return copies[index];
  }
}
