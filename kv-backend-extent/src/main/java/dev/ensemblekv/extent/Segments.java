// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The open segments of a store by number. Thread-safe; looking one up takes no lock. */
final class Segments {
  private volatile Table table = new Table(List.of());

  /** A hash table with open addressing; no number in use is far from its place. */
  private static final class Table {
    private final @Nullable Segment[] places;

    Table(List<Segment> segments) {
      places = new Segment[4 * Integer.highestOneBit(Math.max(1, segments.size()))];
      for (Segment segment : segments) {
        places[place(segment.id())] = segment;
      }
    }

    /** Returns where a segment is, or belongs. */
    int place(int id) {
      int place = id & (places.length - 1);
      for (Segment found = places[place];
          found != null && found.id() != id;
          found = places[place]) {
        place = (place + 1) & (places.length - 1);
      }
      return place;
    }
  }

  /** Returns a segment; {@code null} if it is gone, or never was. */
  @Nullable Segment find(int id) {
    Table current = table;
    return current.places[current.place(id)];
  }

  /** Returns a segment that must be there. */
  Segment get(int id) {
    Segment segment = find(id);
    if (segment == null) {
      throw new IllegalStateException("there is no segment " + id);
    }
    return segment;
  }

  synchronized void add(Segment segment) {
    List<Segment> all = all();
    all.removeIf(other -> other.id() == segment.id());
    all.add(segment);
    table = new Table(all);
  }

  synchronized void remove(Segment segment) {
    List<Segment> all = all();
    all.remove(segment);
    table = new Table(all);
  }

  /** Returns all segments in the order of their numbers, as a list of the caller's. */
  List<Segment> all() {
    List<Segment> all = new ArrayList<>();
    for (Segment segment : table.places) {
      if (segment != null) {
        all.add(segment);
      }
    }
    all.sort(Comparator.comparingInt(Segment::id));
    return all;
  }
}
