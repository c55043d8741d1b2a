// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was written to a store, in order, and how much of it must survive a crash: for each key a
 * list of versions, of which a crash may take a suffix, but none that was durable.
 *
 * <p>One thread writes through the methods here, or notes what others write by {@link #begin}: they
 * may be threads of another process, which tell how far they came. Values should differ from write
 * to write: versions that look alike cannot be told apart, which makes the check weaker, never
 * wrong.
 */
public final class WriteHistory {
  private static final int OWN = 0;
  private static final byte[] PROBE = {(byte) 0xFE, 'p', 'r', 'o', 'b', 'e'};

  private final Map<ByteString, KeyHistory> keys = new LinkedHashMap<>();
  private final boolean syncs;
  private int batches;
  private long position;

  /** A write that has begun, whose progress is noted. */
  public final class Write {
    private final Map<KeyHistory.Lane, Integer> versions = new LinkedHashMap<>();

    private Write() {}

    /** Notes that it returned. */
    public void completed() {
      versions.forEach(KeyHistory.Lane::completed);
    }

    /** Notes that it returned, and must survive a loss of power. */
    public void durable() {
      position++;
      versions.forEach(KeyHistory.Lane::durable);
    }
  }

  /**
   * Creates an empty history.
   *
   * @param syncs whether the store is opened with {@link KvOptions#SYNC}
   */
  public WriteHistory(boolean syncs) {
    this.syncs = syncs;
  }

  /** Creates the history of a store whose writes are durable at the next flush. */
  public WriteHistory() {
    this(false);
  }

  /** Puts. */
  public void put(KvStore store, byte[] key, byte[] value) {
    Write write = begin(OWN, new KvBatch().put(key, value));
    store.put(key, value);
    end(write, syncs);
  }

  /** Deletes. */
  public void delete(KvStore store, byte[] key) {
    Write write = begin(OWN, new KvBatch().delete(key));
    store.delete(key);
    end(write, syncs);
  }

  /** Writes a batch. */
  public void write(KvStore store, KvBatch batch, Durability durability) {
    Write write = begin(OWN, batch);
    store.write(batch, durability);
    end(write, syncs || durability == Durability.SYNC);
  }

  private static void end(Write write, boolean durable) {
    if (durable) {
      write.durable();
    } else {
      write.completed();
    }
  }

  /** Flushes, after which all completed writes must survive. */
  public void flush(KvStore store) {
    store.flush();
    everythingDurable();
  }

  /** Closes, after which all completed writes must survive. */
  public void close(KvStore store) {
    store.close();
    everythingDurable();
  }

  /** Notes that every completed write must survive from now on. */
  public void everythingDurable() {
    position++;
    keys.values().forEach(KeyHistory::everythingDurable);
  }

  /**
   * Notes a write that is about to be made, or was begun, by somebody else.
   *
   * @param writer a number for each writer, of whom each makes one write at a time; of a key that
   *     has several writers less is known, and batches of it are not checked to be whole
   */
  public Write begin(int writer, KvBatch batch) {
    int number = batch.count() > 1 ? batches++ : KeyHistory.NO_BATCH;
    Write write = new Write();
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            add(key, ByteString.of(value));
          }

          @Override
          public void delete(byte[] key) {
            add(key, null);
          }

          private void add(byte[] key, @Nullable ByteString value) {
            KeyHistory.Lane lane =
                keys.computeIfAbsent(ByteString.of(key), missing -> new KeyHistory(null))
                    .lane(writer);
            write.versions.put(lane, lane.add(value, number));
          }
        });
    return write;
  }

  /**
   * Finds out what became of a write that ended with an exception, or with its process: if the
   * store shows it, it counts as completed, else as never made.
   */
  public void settle(KvStore store) {
    boolean there = true;
    List<KeyHistory.Lane> open = new ArrayList<>();
    for (Map.Entry<ByteString, KeyHistory> key : keys.entrySet()) {
      for (KeyHistory.Lane lane : key.getValue().openLanes()) {
        open.add(lane);
        there &= lane.showsLast(ByteString.ofNullable(store.get(key.getKey().toArray())));
      }
    }
    for (KeyHistory.Lane lane : open) {
      lane.settle(there);
    }
    position++;
  }

  /**
   * Takes what a store holds, which was checked, for all that was written so far: none of it may
   * change by itself, and the next crash may take only what is written from now on.
   */
  public void beginWith(KvStore store) {
    Map<ByteString, ByteString> found = pairs(store);
    found.keySet().forEach(key -> keys.putIfAbsent(key, new KeyHistory(null)));
    keys.forEach((key, written) -> written.beginWith(found.get(key)));
    batches = 0;
    position++;
  }

  /**
   * Returns a number that grows whenever more is demanded of what a loss of power leaves. While it
   * stays, a disk that once passed {@link #check} passes it: a write that has begun, or returned
   * without being durable, only adds to what may be there.
   */
  public long position() {
    return position;
  }

  /**
   * Checks a store opened after a loss of power.
   *
   * @throws AssertionError if a durable write is missing, something is there that was never
   *     written, a batch is there in part in spite of {@link KvFeature#ATOMIC_BATCH}, or what the
   *     store tells by its methods does not fit together
   */
  public void check(KvStore store) {
    check(store, false);
  }

  /** Checks a store opened after its process was killed: what was completed must be there. */
  public void checkAfterKill(KvStore store) {
    check(store, true);
  }

  /**
   * Opens the store that a crash left and checks it, checks that it still takes writes, and that
   * nothing comes back or goes away when it is opened again.
   */
  public void checkReopening(Supplier<KvStore> opening) {
    Map<ByteString, ByteString> found;
    try (KvStore store = opening.get()) {
      check(store);
      found = pairs(store);
      store.put(PROBE, PROBE);
      store.flush();
    }
    found.put(ByteString.of(PROBE), ByteString.of(PROBE));
    try (KvStore store = opening.get()) {
      Map<ByteString, ByteString> again = pairs(store);
      if (!again.equals(found)) {
        throw new AssertionError(
            "what was read after the crash is not what is read after opening once more: "
                + show(found)
                + " became "
                + show(again));
      }
      store.delete(PROBE);
    }
  }

  private void check(KvStore store, boolean killed) {
    Map<ByteString, ByteString> found = pairs(store);
    keys.forEach((key, written) -> checkKey(store, key, found.get(key), written, killed));
    found.keySet().stream()
        .filter(key -> !keys.containsKey(key))
        .findFirst()
        .ifPresent(
            key -> {
              throw new AssertionError("key " + key + " is there but was never written");
            });
    if (store.size() != found.size()) {
      throw new AssertionError(
          "size() is " + store.size() + " but " + found.size() + " keys were visited");
    }
    if (store.features().contains(KvFeature.ATOMIC_BATCH)) {
      checkBatches(found);
    }
  }

  private static Map<ByteString, ByteString> pairs(KvStore store) {
    Map<ByteString, ByteString> pairs = new HashMap<>();
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        if (pairs.put(ByteString.of(key), ByteString.of(cursor.value())) != null) {
          throw new AssertionError("key " + ByteString.of(key) + " was visited twice");
        }
      }
    }
    return pairs;
  }

  private static void checkKey(
      KvStore store,
      ByteString key,
      @Nullable ByteString visited,
      KeyHistory written,
      boolean killed) {
    ByteString got = ByteString.ofNullable(store.get(key.toArray()));
    if (!Objects.equals(got, visited)) {
      throw new AssertionError(
          "key "
              + key
              + ": get gives "
              + KeyHistory.show(got)
              + ", iteration "
              + KeyHistory.show(visited));
    }
    written.check(key, got, killed);
  }

  /** Looks for a batch of which one key shows a later version and another an earlier one. */
  private void checkBatches(Map<ByteString, ByteString> found) {
    Map<Integer, KeyHistory.BatchTraces> traces = new TreeMap<>();
    keys.forEach((key, written) -> written.judgeBatches(key, found.get(key), traces));
    traces.forEach(
        (batch, trace) -> {
          if (trace.isInPart()) {
            throw new AssertionError(
                "batch number "
                    + batch
                    + " (from 0) is there after the crash, but not all of it; "
                    + trace.halves(found));
          }
        });
  }

  private static String show(Map<ByteString, ByteString> pairs) {
    StringBuilder text = new StringBuilder("{");
    pairs.forEach((key, value) -> text.append(key).append('=').append(value).append(' '));
    return text.append('}').toString();
  }
}
