// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writes of a store: what they append to the log, and what they wait for before and after.
 * Thread-safe.
 */
final class Writes {
  /** Fewer memtables that wait to be written are left to the background. */
  private static final int FEW_FROZEN = 2;

  /** With so many, writers write them however small they are, as reads look into each. */
  private static final int MOST_FROZEN = 8;

  private final Parts parts;

  Writes(Parts parts) {
    this.parts = parts;
  }

  /** Puts a value, or deletes it if it is {@code null}. */
  void put(byte[] key, byte @Nullable [] value, boolean sync) {
    KeyHash hash = parts.hashes.of(key);
    if (value == null && !parts.lookup.isPresent(hash)) {
      changeNothing(sync);
      return;
    }
    Mutation mutation = Mutation.of(hash, key, value);
    write(mutation.recordBytes(), use(mutation), end -> end.put(mutation), sync);
    parts.backpressure.written(mutation.recordBytes());
  }

  /** What is written where there is nothing to write is as durable as what it rests on must be. */
  private void changeNothing(boolean sync) {
    if (sync) {
      parts.log.force(parts.log.sequence());
    }
  }

  /** Replaces a value if it is what is expected; returns whether it was. */
  boolean replace(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement, boolean sync) {
    Mutation mutation = Mutation.of(parts.hashes.of(key), key, replacement);
    Boolean outcome = null;
    while (outcome == null) {
      outcome = parts.lookup.pinned(reader -> tryReplace(reader, mutation, expected, sync));
    }
    return outcome;
  }

  /** Returns {@code null} if the key changed meanwhile. */
  private @Nullable Boolean tryReplace(
      RecordReader reader, Mutation mutation, byte @Nullable [] expected, boolean sync)
      throws IOException {
    long location = parts.lookup.locate(mutation.hash(), reader);
    Segment segment = parts.segments.find(Location.segment(location));
    if (segment == null && location != Location.NONE) {
      return null;
    }
    byte[] found = segment == null ? null : reader.value(segment, location, mutation.key());
    if (!Arrays.equals(found, expected)) {
      return false;
    }
    if (found == null && mutation.value() == null) {
      changeNothing(sync);
      return true;
    }
    boolean[] done = {false};
    write(
        mutation.recordBytes(),
        use(mutation),
        end -> {
          if (parts.lookup.locate(mutation.hash(), reader) == location) {
            end.put(mutation);
            done[0] = true;
          }
        },
        sync);
    return done[0] ? true : null;
  }

  /**
   * Writes a batch.
   *
   * @param number of a journaled one; 0: it is none
   */
  void putAll(KvBatch batch, long number, boolean sync) {
    List<Mutation> mutations = new ArrayList<>(batch.count());
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            mutations.add(Mutation.of(parts.hashes.of(key), key, value));
          }

          @Override
          public void delete(byte[] key) {
            mutations.add(Mutation.of(parts.hashes.of(key), key, null));
          }
        });
    long bytes = Mutation.recordBytes(mutations);
    boolean puts = mutations.stream().anyMatch(mutation -> mutation.value() != null);
    Reserve.Use use = puts ? Reserve.Use.PUT : Reserve.Use.DELETE;
    write(bytes, use, end -> end.putAll(mutations, number), sync);
    parts.backpressure.written(bytes);
  }

  private static Reserve.Use use(Mutation mutation) {
    return mutation.value() == null ? Reserve.Use.DELETE : Reserve.Use.PUT;
  }

  private void write(long bytes, Reserve.Use use, Appender.Writing writing, boolean sync) {
    try {
      parts.budget.giveBackIfShort();
      while (mustPublish(parts.index.current())) {
        parts.publisher.publishOldest();
      }
      long sequence = append(bytes, use, writing);
      parts.files.wrote(bytes);
      parts.budget.memoryChanged();
      if (sync) {
        parts.log.force(sequence);
      }
    } catch (IOException e) {
      String what = "the write failed";
      throw DiskFiles.isDiskFull(e)
          ? DiskFiles.failure(what, parts.files.directory, e)
          : parts.health.failed(what, parts.files.directory, e); // what comes next may, too
    }
  }

  /**
   * Tells whether writers are so far ahead of the medium that they must wait for it: by two
   * memtables, unless these are small, as those of a small store are.
   */
  private boolean mustPublish(Index.Version index) {
    int frozen = index.frozenCount();
    if (frozen < FEW_FROZEN) {
      return frozen > 0 && parts.budget.isShort();
    }
    return frozen >= MOST_FROZEN
        || parts.limits.areReached(index.frozenKeys(), index.frozenLogBytes())
        || parts.budget.isShort();
  }

  /** Writes; where a delete finds no space, it waits for what others have deleted to give some. */
  private long append(long bytes, Reserve.Use use, Appender.Writing writing) throws IOException {
    long needed = bytes + Appender.END_BYTES;
    boolean toldOfRoom = false;
    while (true) {
      try {
        return parts.log.write(bytes, use, writing);
      } catch (StoreFullException e) {
        parts.upkeep.wakeLater(); // there may be something to give back
        boolean made = use == Reserve.Use.DELETE && parts.log.isBegun() && isSpaceMade();
        boolean hasRoom = use == Reserve.Use.DELETE && parts.reserve.hasRoom(use, needed);
        if (!made && (!hasRoom || toldOfRoom)) {
          throw e;
        }
        toldOfRoom |= !made; // by others, or the disk tells of space that it does not give
      }
    }
  }

  private boolean isSpaceMade() throws IOException {
    boolean[] made = {false};
    parts.upkeep.exclusively(() -> made[0] = parts.chores.makeRoom());
    parts.pins.disposeOfWhatCanBe();
    return made[0];
  }
}
