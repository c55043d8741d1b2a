// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.spi.DivisibleStore;
import java.util.function.LongConsumer;

/** A count of the live keys of a substore, step by step. For one thread. */
abstract class LiveCount {
  private static final int KEYS_PER_STEP = 4096;
  private static final int BYTES_PER_STEP = 256 << 10;

  /**
   * Returns a count by reading every pair.
   *
   * @param moved is told how many bytes were read
   */
  static LiveCount byWalk(KvCursor cursor, JobProgress progress, LongConsumer moved) {
    return new LiveCount() {
      private long keys;
      private long bytes;

      @Override
      boolean next() {
        long before = bytes;
        boolean more = true;
        for (int i = 0; i < KEYS_PER_STEP && bytes - before < BYTES_PER_STEP && more; i++) {
          more = cursor.next();
          if (more) {
            keys++;
            bytes += cursor.key().length + (long) cursor.value().length;
            progress.advance();
          }
        }
        moved.accept(bytes - before);
        return more;
      }

      @Override
      long keys() {
        return keys;
      }

      @Override
      long bytes() {
        return bytes;
      }

      @Override
      void close() {
        cursor.close();
      }
    };
  }

  /** Returns a count that the engine makes without reading values. */
  static LiveCount byEngine(DivisibleStore.Count count, JobProgress progress) {
    return new LiveCount() {
      @Override
      boolean next() {
        boolean more = count.next();
        progress.reach(count.progress());
        return more;
      }

      @Override
      long keys() {
        return count.counted().allKeys();
      }

      @Override
      long bytes() {
        return count.counted().allBytes();
      }

      @Override
      void close() {}
    };
  }

  /** Counts some more; returns whether that was not all. */
  abstract boolean next();

  /** Returns the number of live keys. */
  abstract long keys();

  /** Returns the bytes of live keys and values, at most. */
  abstract long bytes();

  abstract void close();
}
