// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * An ordered scan over the ordered scans of all substores of one routing table: at each step it
 * stands on the one whose key comes first. It holds the table pinned until it is closed.
 */
final class MergingCursor implements KvCursor {
  private final List<KvCursor> cursors;
  private final PriorityQueue<Head> heads;
  private final Runnable unpin;
  private @Nullable Head current;
  private boolean started;
  private boolean closed;

  /** A cursor that stands on a pair. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a record
  private record Head(KvCursor cursor, byte[] key) {}

  /**
   * Creates the cursor.
   *
   * @param cursors of the substores, in the order of the scan; closed with this
   * @param unpin is run once, when this is closed
   */
  MergingCursor(List<KvCursor> cursors, boolean reverse, Runnable unpin) {
    Comparator<Head> order = (left, right) -> Arrays.compareUnsigned(left.key, right.key);
    this.cursors = List.copyOf(cursors);
    this.heads = new PriorityQueue<>(reverse ? order.reversed() : order);
    this.unpin = unpin;
  }

  @Override
  public boolean next() {
    if (closed) {
      return false;
    }
    if (!started) {
      started = true;
      cursors.forEach(this::advance);
    } else if (current != null) {
      advance(current.cursor);
    }
    current = heads.poll();
    return current != null;
  }

  private void advance(KvCursor cursor) {
    if (cursor.next()) {
      heads.add(new Head(cursor, cursor.key()));
    }
  }

  @Override
  public byte[] key() {
    return positioned().key.clone();
  }

  @Override
  public byte[] value() {
    return positioned().cursor.value();
  }

  private Head positioned() {
    Head head = current;
    if (head == null) {
      throw new NoSuchElementException("the cursor stands on no pair: call next() first");
    }
    return head;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      current = null;
      List<RuntimeException> failures = new ArrayList<>();
      for (KvCursor cursor : cursors) {
        try {
          cursor.close();
        } catch (RuntimeException e) {
          failures.add(e);
        }
      }
      unpin.run();
      if (!failures.isEmpty()) {
        throw failures.get(0);
      }
    }
  }
}
