// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The slots of a hash table with open addressing, of three words each: order, location, routing
 * bits. They are in the order of the hashes but for the shifts of linear probing.
 *
 * <p>They stand in many small arrays, as a collector of garbage finds no place for a great one in a
 * heap that is nearly full, and does not move it. One thread at a time sets, any number read
 * meanwhile without a lock: the location of a slot is written last.
 */
final class Slots {
  /** Places behind the last one, for what is shifted there. */
  private static final int SPILL = 64;

  private static final int WORDS = 3;
  private static final int CHUNK_SHIFT = 13;
  private static final int CHUNK_SLOTS = 1 << CHUNK_SHIFT; // 192 KiB
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private final int places;
  private final int size;
  private final long[][] chunks;

  Slots(int places) {
    this.places = places;
    this.size = places + SPILL;
    this.chunks = new long[(size + CHUNK_SLOTS - 1) >>> CHUNK_SHIFT][];
    for (int i = 0; i < chunks.length; i++) {
      chunks[i] = new long[Math.min(CHUNK_SLOTS, size - (i << CHUNK_SHIFT)) * WORDS];
    }
  }

  int places() {
    return places;
  }

  /** Returns how many slots there are: one for each place, and some behind. */
  int size() {
    return size;
  }

  /** Returns how much memory the slots take. */
  long bytes() {
    return (long) size * WORDS * Long.BYTES;
  }

  /** Returns where a key belongs, unless others are there. */
  int place(long order) {
    return (int) KeyHash.place(order, places);
  }

  private long[] chunk(int slot) {
    return chunks[slot >>> CHUNK_SHIFT];
  }

  private static int at(int slot) {
    return (slot & (CHUNK_SLOTS - 1)) * WORDS;
  }

  long order(int slot) {
    return chunk(slot)[at(slot)];
  }

  long location(int slot) {
    return location(chunk(slot), at(slot));
  }

  int routing(int slot) {
    return (int) chunk(slot)[at(slot) + 2];
  }

  /** Returns the slot of a key, or that where it belongs; negative if there is none. */
  int slot(long order, int routing) {
    for (int slot = place(order); slot < size; ) {
      long[] words = chunk(slot);
      for (int at = at(slot); at < words.length; at += WORDS, slot++) {
        if (location(words, at) == Location.NONE || isAt(words, at, order, routing)) {
          return slot;
        }
      }
    }
    return -1;
  }

  /** Returns the location of a key, or {@link Location#NONE}. */
  long find(long order, int routing) {
    for (int slot = place(order); slot < size; ) {
      long[] words = chunk(slot);
      for (int at = at(slot); at < words.length; at += WORDS, slot++) {
        long location = location(words, at);
        if (location == Location.NONE || isAt(words, at, order, routing)) {
          return location;
        }
      }
    }
    return Location.NONE;
  }

  private static boolean isAt(long[] words, int at, long order, int routing) {
    return words[at] == order && (int) words[at + 2] == routing;
  }

  private static long location(long[] words, int at) {
    return (long) WORD.getAcquire(words, at + 1);
  }

  void set(int slot, long order, int routing, long location) {
    long[] words = chunk(slot);
    int at = at(slot);
    words[at] = order;
    words[at + 2] = routing;
    WORD.setRelease(words, at + 1, location);
  }

  /** Returns twice as many slots or more, with the same keys. */
  Slots grown() {
    for (int more = places * 2; ; more *= 2) {
      Slots greater = new Slots(more);
      if (greater.takeAll(this)) {
        return greater;
      }
    }
  }

  /** Returns whether there was room for all. */
  private boolean takeAll(Slots others) {
    for (int i = 0; i < others.size; i++) {
      long location = others.location(i);
      if (location != Location.NONE) {
        int slot = slot(others.order(i), others.routing(i));
        if (slot < 0) {
          return false;
        }
        set(slot, others.order(i), others.routing(i), location);
      }
    }
    return true;
  }
}
