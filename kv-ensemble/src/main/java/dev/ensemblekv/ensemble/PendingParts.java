// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.spi.JournaledStore;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The parts of batches that the journal has durably and that could not be written to their
 * substore, as when its disk is full.
 *
 * <p>Such a batch is there: its other parts are written, and the next opening would write these. So
 * reads of a key find here what the parts hold of it, and whoever writes to the substore or
 * iterates over it has them written first, or fails as they do. Empty but after a failure.
 */
final class PendingParts {
  private final JournaledStore store;
  private final Deque<Part> parts = new ArrayDeque<>(); // guarded by this
  private volatile @Nullable Contents contents; // set under this

  /** A part that is to be written. */
  private record Part(KvBatch batch, long number) {}

  /**
   * What readers see instead of the substore.
   *
   * @param written by the keys
   */
  private record Contents(Map<byte[], Written> written, Throwable cause) {}

  /**
   * What the parts do to a key.
   *
   * @param value is not changed and not handed out; {@code null}: the key is deleted
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Written(byte @Nullable [] value) {}

  PendingParts(JournaledStore store) {
    this.store = store;
  }

  /** Tells why there are some; {@code null}: there are none. */
  @Nullable Throwable cause() {
    Contents present = contents;
    return present == null ? null : present.cause;
  }

  /** Returns what the parts do to a key; {@code null}: nothing. */
  @Nullable Written find(byte[] key) {
    Contents present = contents;
    return present == null ? null : present.written.get(key);
  }

  /** Takes a part that could not be written. */
  synchronized void add(KvBatch batch, long number, Throwable cause) {
    Contents present = contents;
    Map<byte[], Written> written = new TreeMap<>(Arrays::compareUnsigned);
    if (present != null) {
      written.putAll(present.written);
    }
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            written.put(key, new Written(value));
          }

          @Override
          public void delete(byte[] key) {
            written.put(key, new Written(null));
          }
        });
    parts.add(new Part(batch, number));
    contents = new Contents(written, cause);
  }

  /** Writes what is there, or throws why that is still not possible. */
  void settle() {
    if (contents == null) {
      return;
    }
    synchronized (this) {
      for (Part part = parts.peek(); part != null; part = parts.peek()) {
        if (store.journalNumber() < part.number) {
          store.writeJournaled(part.batch, part.number);
        }
        parts.remove();
      }
      contents = null;
    }
  }
}
