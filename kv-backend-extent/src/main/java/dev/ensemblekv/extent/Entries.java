// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.HashSlice;
import java.util.Arrays;

/** A list of index entries in the order of their hashes, each key once. For one thread. */
final class Entries {
  private long[] orders = new long[16];
  private long[] locations = new long[16];
  private int[] routings = new int[16];
  private int count;

  int count() {
    return count;
  }

  long order(int index) {
    return orders[index];
  }

  int routing(int index) {
    return routings[index];
  }

  long location(int index) {
    return locations[index];
  }

  /** Appends an entry that comes after all others. */
  void add(long order, int routing, long location) {
    if (count == orders.length) {
      int more = count * 2;
      orders = Arrays.copyOf(orders, more);
      locations = Arrays.copyOf(locations, more);
      routings = Arrays.copyOf(routings, more);
    }
    orders[count] = order;
    routings[count] = routing;
    locations[count] = location;
    count++;
  }

  /** Adds an entry that belongs near the end; one of the same key that is there wins. */
  void insert(long order, int routing, long location) {
    int at = count;
    while (at > 0 && KeyHash.compare(orders[at - 1], routings[at - 1], order, routing) > 0) {
      at--;
    }
    if (at > 0 && orders[at - 1] == order && routings[at - 1] == routing) {
      return;
    }
    add(order, routing, location);
    if (at < count - 1) {
      System.arraycopy(orders, at, orders, at + 1, count - 1 - at);
      System.arraycopy(routings, at, routings, at + 1, count - 1 - at);
      System.arraycopy(locations, at, locations, at + 1, count - 1 - at);
      orders[at] = order;
      routings[at] = routing;
      locations[at] = location;
    }
  }

  /** Returns these and older ones, of which those of the same keys are left out. */
  Entries over(Entries older) {
    if (older.count == 0) {
      return this;
    }
    Entries both = new Entries();
    int mine = 0;
    int theirs = 0;
    while (mine < count || theirs < older.count) {
      int order =
          mine == count
              ? 1
              : theirs == older.count
                  ? -1
                  : KeyHash.compare(
                      orders[mine], routings[mine], older.orders[theirs], older.routings[theirs]);
      if (order <= 0) {
        both.add(orders[mine], routings[mine], locations[mine]);
        mine++;
        theirs += order == 0 ? 1 : 0;
      } else {
        both.add(older.orders[theirs], older.routings[theirs], older.locations[theirs]);
        theirs++;
      }
    }
    return both;
  }

  /** Returns those of them that are in a slice. */
  Entries only(HashSlice keys) {
    Entries some = new Entries();
    for (int i = 0; i < count; i++) {
      if (keys.contains(routings[i])) {
        some.add(orders[i], routings[i], locations[i]);
      }
    }
    return some;
  }

  /** Returns the indexes of the entries that are no tombstones, in the order of their records. */
  int[] liveByLocation() {
    int[] live = new int[count];
    int number = 0;
    for (int i = 0; i < count; i++) {
      if (!Location.isTombstone(locations[i])) {
        live[number++] = i;
      }
    }
    int[] from = Arrays.copyOf(live, number);
    int[] to = new int[number];
    for (int width = 1; width < number; width *= 2) {
      for (int first = 0; first < number; first += 2 * width) {
        merge(
            from, to, first, Math.min(first + width, number), Math.min(first + 2 * width, number));
      }
      int[] merged = to;
      to = from;
      from = merged;
    }
    return from;
  }

  /** Merges two neighbouring parts that are in order. */
  private void merge(int[] from, int[] to, int first, int second, int end) {
    int left = first;
    int right = second;
    for (int i = first; i < end; i++) {
      boolean takesLeft =
          right == end
              || (left < second
                  && Long.compareUnsigned(locations[from[left]], locations[from[right]]) <= 0);
      to[i] = takesLeft ? from[left++] : from[right++];
    }
  }
}
