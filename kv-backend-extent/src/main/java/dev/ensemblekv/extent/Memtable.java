// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The newest part of the index, in memory: a hash table with open addressing, in the order of the
 * hashes but for the shifts of linear probing.
 *
 * <p>One thread at a time inserts, any number look up meanwhile without a lock: the location of a
 * slot is written last, and a table that is full is replaced by a greater one.
 */
final class Memtable {
  private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int FIRST_PLACES = 64;

  /** Places behind the last one, for what is shifted there. */
  private static final int SPILL = 64;

  private static final int MAX_LOAD_PERCENT = 70;

  private final Deltas deltas = new Deltas();
  private volatile Table table = new Table(FIRST_PLACES);
  private final AtomicInteger count = new AtomicInteger();

  /** The slots, of three words each: order, location, routing bits. */
  private static final class Table {
    private static final int WORDS = 3;

    final int places;
    final int size;
    private final long[] slots;

    Table(int places) {
      this.places = places;
      this.size = places + SPILL;
      this.slots = new long[size * WORDS];
    }

    int place(long order) {
      return (int) KeyHash.place(order, places);
    }

    long order(int slot) {
      return slots[slot * WORDS];
    }

    long location(int slot) {
      return (long) SLOTS.getAcquire(slots, slot * WORDS + 1);
    }

    int routing(int slot) {
      return (int) slots[slot * WORDS + 2];
    }

    boolean isAt(int slot, long order, int routing) {
      return order(slot) == order && routing(slot) == routing;
    }

    /** Returns the slot of a key, or that where it belongs; negative if there is none. */
    int slot(long order, int routing) {
      for (int slot = place(order); slot < size; slot++) {
        if (location(slot) == Location.NONE || isAt(slot, order, routing)) {
          return slot;
        }
      }
      return -1;
    }

    void set(int slot, long order, int routing, long location) {
      slots[slot * WORDS] = order;
      slots[slot * WORDS + 2] = routing;
      SLOTS.setRelease(slots, slot * WORDS + 1, location);
    }
  }

  /**
   * Sets the location of a key.
   *
   * @return the former one, or {@link Location#NONE}
   */
  long put(long order, int routing, long location) {
    Table current = table;
    int slot = current.slot(order, routing);
    while (slot < 0 || isFull(current, slot)) {
      current = grown(current);
      table = current;
      slot = current.slot(order, routing);
    }
    long former = current.location(slot);
    current.set(slot, order, routing, location);
    if (former == Location.NONE) {
      count.lazySet(count.get() + 1);
    }
    return former;
  }

  private boolean isFull(Table current, int slot) {
    return current.location(slot) == Location.NONE
        && (long) count.get() * 100 >= (long) current.places * MAX_LOAD_PERCENT;
  }

  private static Table grown(Table old) {
    for (int places = old.places * 2; ; places *= 2) {
      Table table = new Table(places);
      boolean all = true;
      for (int i = 0; i < old.size && all; i++) {
        long location = old.location(i);
        if (location != Location.NONE) {
          int slot = table.slot(old.order(i), old.routing(i));
          all = slot >= 0;
          if (all) {
            table.set(slot, old.order(i), old.routing(i), location);
          }
        }
      }
      if (all) {
        return table;
      }
    }
  }

  /** Sets the location of a key to a record that was written, and keeps the accounts. */
  void enter(KeyHash hash, long location) {
    deltas.added(location);
    supersede(put(hash.order(), hash.routing(), location));
  }

  /** Sets the location of a key to a copy of its record, which was counted as dead until now. */
  void repoint(long order, int routing, long location) {
    deltas.revived(location);
    supersede(put(order, routing, location));
  }

  private void supersede(long former) {
    if (former != Location.NONE) {
      deltas.died(former);
    }
  }

  /** Returns the location of a key, or {@link Location#NONE}. */
  long find(long order, int routing) {
    Table current = table;
    for (int slot = current.place(order); slot < current.size; slot++) {
      long location = current.location(slot);
      if (location == Location.NONE || current.isAt(slot, order, routing)) {
        return location;
      }
    }
    return Location.NONE;
  }

  /** Returns the entries of a part of the hashes, in order. */
  Entries entries(HashRange range) {
    Table current = table;
    Entries entries = new Entries();
    for (int slot = current.place(range.from()); slot < current.size; slot++) {
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

  boolean isEmpty() {
    return count.get() == 0;
  }

  /** Returns what these entries change in the accounts of the segments. */
  Deltas deltas() {
    return deltas;
  }
}
