// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvCursor;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An iteration over all substores of one routing table, one after the other. It holds the table
 * pinned until it is closed.
 */
final class ChainedCursor implements KvCursor {
  private final Iterator<RoutingTable.Slot> slots;
  private final Function<RoutingTable.Slot, KvCursor> opening;
  private final Runnable unpin;
  private @Nullable KvCursor current;
  private boolean closed;

  /**
   * Creates the cursor.
   *
   * @param opening opens the cursor of one substore
   * @param unpin is run once, when this is closed
   */
  ChainedCursor(RoutingTable table, Function<RoutingTable.Slot, KvCursor> opening, Runnable unpin) {
    this.slots = table.slots().iterator();
    this.opening = opening;
    this.unpin = unpin;
  }

  @Override
  public boolean next() {
    while (!closed) {
      KvCursor at = current;
      if (at == null) {
        if (!slots.hasNext()) {
          return false;
        }
        current = opening.apply(slots.next());
      } else if (at.next()) {
        return true;
      } else {
        current = null;
        at.close();
      }
    }
    return false;
  }

  @Override
  public byte[] key() {
    return positioned().key();
  }

  @Override
  public byte[] value() {
    return positioned().value();
  }

  private KvCursor positioned() {
    KvCursor at = current;
    if (at == null) {
      throw new NoSuchElementException("the cursor stands on no pair: call next() first");
    }
    return at;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        KvCursor at = current;
        current = null;
        if (at != null) {
          at.close();
        }
      } finally {
        unpin.run();
      }
    }
  }
}
