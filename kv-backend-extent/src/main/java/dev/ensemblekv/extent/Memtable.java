// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The newest part of the index, in memory: a hash table, and what its entries change in the
 * accounts.
 *
 * <p>One thread at a time inserts, any number look up meanwhile without a lock: a table that is
 * full is replaced by a greater one.
 */
final class Memtable {
  private static final int FIRST_PLACES = 64;
  private static final int MAX_LOAD_PERCENT = 70;

  private final Deltas deltas = new Deltas();
  private final AtomicInteger count = new AtomicInteger();
  private volatile Slots slots = new Slots(FIRST_PLACES);

  /**
   * Sees to it that there is room for so many more keys of records in a segment, so that to enter
   * them takes no memory that may not be there.
   */
  void reserve(int keys, int segment) {
    deltas.reserve(segment);
    while (((long) count.get() + keys) * 100 > (long) slots.places() * MAX_LOAD_PERCENT) {
      slots = slots.grown();
    }
  }

  /**
   * Sets the location of a key.
   *
   * @return the former one, or {@link Location#NONE}
   */
  long put(long order, int routing, long location) {
    Slots current = slots;
    int slot = current.slot(order, routing);
    while (slot < 0 || isFull(current, slot)) {
      current = current.grown();
      slots = current;
      slot = current.slot(order, routing);
    }
    long former = current.location(slot);
    current.set(slot, order, routing, location);
    if (former == Location.NONE) {
      count.lazySet(count.get() + 1);
    }
    return former;
  }

  private boolean isFull(Slots current, int slot) {
    return current.location(slot) == Location.NONE
        && (long) count.get() * 100 >= (long) current.places() * MAX_LOAD_PERCENT;
  }

  /** Sets the location of a key to a record that was written, and keeps the accounts. */
  void enter(KeyHash hash, long location) {
    deltas.added(location);
    supersede(put(hash.order(), hash.routing(), location));
  }

  /** Sets the location of a key to a copy of its record, which was counted as dead until now. */
  void repoint(KeyHash hash, long location) {
    deltas.revived(location);
    supersede(put(hash.order(), hash.routing(), location));
  }

  private void supersede(long former) {
    if (former != Location.NONE) {
      deltas.died(former);
    }
  }

  /** Returns the location of a key, or {@link Location#NONE}. */
  long find(long order, int routing) {
    return slots.find(order, routing);
  }

  /** Returns the entries of a part of the hashes, in order. */
  Entries entries(HashRange range) {
    Slots current = slots;
    Entries entries = new Entries();
    for (int slot = current.place(range.from()); slot < current.size(); slot++) {
      long location = current.location(slot);
      long order = current.order(slot);
      if (location == Location.NONE) {
        if (slot > current.place(range.last())) {
          break;
        }
      } else if (range.contains(order)) {
        entries.insert(order, current.routing(slot), location);
      }
    }
    return entries;
  }

  int count() {
    return count.get();
  }

  /** Returns how much memory the entries take, and the room for more. */
  long bytes() {
    return slots.bytes();
  }

  boolean isEmpty() {
    return count.get() == 0;
  }

  /** Returns what these entries change in the accounts of the segments. */
  Deltas deltas() {
    return deltas;
  }
}
