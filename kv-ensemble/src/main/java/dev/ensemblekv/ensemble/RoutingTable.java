// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.ensemble.Manifest.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Which substore owns which keys. Immutable, but for the count of iterations that use it; a split
 * replaces it by one volatile write.
 *
 * <p>Each base has an array whose length is a power of two, as long as its deepest substore needs,
 * so that a look-up is a mask and two array reads.
 */
final class RoutingTable {

  /**
   * A substore and what it owns according to one table.
   *
   * @param holdsForeignKeys whether keys of other substores may be in it, to be passed over
   */
  record Slot(Substore substore, Region region, boolean holdsForeignKeys) {}

  private final Slot[][] byBase;
  private final List<Slot> slots;
  private final AtomicInteger pins = new AtomicInteger();

  private RoutingTable(Slot[][] byBase, List<Slot> slots) {
    this.byBase = byBase;
    this.slots = List.copyOf(slots);
  }

  /** Builds the table that a manifest describes. */
  static RoutingTable of(Manifest manifest, Map<Integer, Substore> substores) {
    List<Slot> slots = new ArrayList<>();
    int[] depths = new int[manifest.bases()];
    manifest
        .entries()
        .forEach(
            (id, entry) -> {
              if (entry.owns()) {
                slots.add(slot(entry, substores.get(id), id));
                int base = entry.region().base();
                depths[base] = Math.max(depths[base], entry.region().depth());
              }
            });
    Slot[][] byBase = new Slot[manifest.bases()][];
    for (int base = 0; base < byBase.length; base++) {
      byBase[base] = new Slot[1 << depths[base]];
    }
    for (Slot slot : slots) {
      Slot[] ofBase = byBase[slot.region().base()];
      for (int i = slot.region().path(); i < ofBase.length; i += 1 << slot.region().depth()) {
        ofBase[i] = slot;
      }
    }
    return new RoutingTable(byBase, slots);
  }

  private static Slot slot(Entry entry, @Nullable Substore substore, int id) {
    if (substore == null) {
      throw new IllegalStateException("substore " + Manifest.name(id) + " is not open");
    }
    return new Slot(substore, entry.region(), entry.holdsForeignKeys());
  }

  /** Returns the slot that owns a key. */
  Slot route(int bits) {
    Slot[] ofBase = byBase[Region.base(bits, byBase.length)];
    return ofBase[bits & (ofBase.length - 1)];
  }

  /** Returns all slots, by ascending id. */
  List<Slot> slots() {
    return slots;
  }

  /** Begins an iteration by this table: what it routes to keeps its keys until {@link #unpin}. */
  void pin() {
    pins.incrementAndGet();
  }

  /** Ends an iteration; returns whether it was the last one. */
  boolean unpin() {
    return pins.decrementAndGet() == 0;
  }

  boolean isPinned() {
    return pins.get() != 0;
  }
}
