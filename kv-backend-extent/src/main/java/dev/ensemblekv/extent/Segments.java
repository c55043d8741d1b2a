// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The open segments of a store by number. Thread-safe; looking one up takes no lock. */
final class Segments {
  private volatile Table table = new Table(0, new Segment[0]);

  /** Segments by their number less that of the first. */
  private static final class Table {
    final int first;
    final @Nullable Segment[] segments;

    Table(int first, @Nullable Segment[] segments) {
      this.first = first;
      this.segments = segments;
    }
  }

  /** Returns a segment; {@code null} if it is gone, or never was. */
  @Nullable Segment find(int id) {
    Table current = table;
    int index = id - current.first;
    return index >= 0 && index < current.segments.length ? current.segments[index] : null;
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
    set(all);
  }

  synchronized void remove(Segment segment) {
    List<Segment> all = all();
    all.remove(segment);
    set(all);
  }

  private void set(List<Segment> all) {
    int first = all.isEmpty() ? 0 : Integer.MAX_VALUE;
    int last = -1;
    for (Segment segment : all) {
      first = Math.min(first, segment.id());
      last = Math.max(last, segment.id());
    }
    @Nullable Segment[] segments = new Segment[last - first + 1];
    for (Segment segment : all) {
      segments[segment.id() - first] = segment;
    }
    table = new Table(first, segments);
  }

  /** Returns all segments in the order of their numbers, as a list of the caller's. */
  List<Segment> all() {
    List<Segment> all = new ArrayList<>();
    for (Segment segment : table.segments) {
      if (segment != null) {
        all.add(segment);
      }
    }
    return all;
  }
}
