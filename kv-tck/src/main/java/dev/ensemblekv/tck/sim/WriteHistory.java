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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario wrote to a store, in order, and how much of it must survive a crash: for each key
 * a list of versions, of which a crash may take a suffix, but none that was durable.
 *
 * <p>Writes go through the methods here, by one thread. Values should differ from write to write:
 * versions that look alike cannot be told apart, which makes the check weaker, never wrong.
 */
public final class WriteHistory {
  private static final int NO_BATCH = -1;
  private static final byte[] PROBE = {(byte) 0xFE, 'p', 'r', 'o', 'b', 'e'};

  private final Map<ByteString, Key> keys = new LinkedHashMap<>();
  private final boolean syncs;
  private int batches;

  /** What was written to one key. */
  private static final class Key {
    /** The first is the key's absence before any write. */
    final List<Version> versions = new ArrayList<>(List.of(new Version(null, NO_BATCH)));

    int completed;
    int durable;
  }

  /**
   * A value once written.
   *
   * @param value the value; {@code null}: the key was deleted
   */
  private record Version(@Nullable ByteString value, int batch) {}

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
    begin(key, value, NO_BATCH);
    store.put(key, value);
    complete(key, syncs);
  }

  /** Deletes. */
  public void delete(KvStore store, byte[] key) {
    begin(key, null, NO_BATCH);
    store.delete(key);
    complete(key, syncs);
  }

  /** Writes a batch. */
  public void write(KvStore store, KvBatch batch, Durability durability) {
    int number = batches++;
    List<byte[]> written = new ArrayList<>();
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            begin(key, value, number);
            written.add(key);
          }

          @Override
          public void delete(byte[] key) {
            begin(key, null, number);
            written.add(key);
          }
        });
    store.write(batch, durability);
    written.forEach(key -> complete(key, syncs || durability == Durability.SYNC));
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
    keys.values().forEach(key -> key.durable = key.completed);
  }

  private void begin(byte[] key, byte @Nullable [] value, int batch) {
    keys.computeIfAbsent(ByteString.of(key), missing -> new Key())
        .versions
        .add(new Version(ByteString.ofNullable(value), batch));
  }

  private void complete(byte[] bytes, boolean durable) {
    Key key = keys.get(ByteString.of(bytes));
    if (key != null) {
      key.completed = key.versions.size() - 1;
      key.durable = durable ? key.completed : key.durable;
    }
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
    keys.forEach((key, written) -> checkKey(store, key, written, found, killed));
    found.keySet().stream()
        .filter(key -> !keys.containsKey(key))
        .findFirst()
        .ifPresent(
            key -> {
              throw new AssertionError("key " + show(key) + " is there but was never written");
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
          throw new AssertionError("key " + show(ByteString.of(key)) + " was visited twice");
        }
      }
    }
    return pairs;
  }

  private static void checkKey(
      KvStore store,
      ByteString key,
      Key written,
      Map<ByteString, ByteString> found,
      boolean killed) {
    ByteString got = ByteString.ofNullable(store.get(key.toArray()));
    ByteString visited = found.get(key);
    if (!Objects.equals(got, visited)) {
      throw new AssertionError(
          "key " + show(key) + ": get gives " + show(got) + ", iteration " + show(visited));
    }
    int least = killed ? written.completed : written.durable;
    for (int i = written.versions.size() - 1; i >= least; i--) {
      if (Objects.equals(written.versions.get(i).value, got)) {
        return;
      }
    }
    throw new AssertionError(
        "key "
            + show(key)
            + " is "
            + show(got)
            + " after the crash, but version "
            + least
            + ", "
            + show(written.versions.get(least).value)
            + ", had to survive; "
            + age(written, got, least));
  }

  private static String age(Key written, @Nullable ByteString got, int least) {
    for (int i = least - 1; i >= 0; i--) {
      if (Objects.equals(written.versions.get(i).value, got)) {
        return "found was version " + i;
      }
    }
    return "found was never written";
  }

  /** Looks for a batch of which one key shows a later version and another an earlier one. */
  private void checkBatches(Map<ByteString, ByteString> found) {
    boolean[] present = new boolean[batches];
    boolean[] absent = new boolean[batches];
    keys.forEach(
        (key, written) -> {
          ByteString got = found.get(key);
          for (int i = 1; i < written.versions.size(); i++) {
            int batch = written.versions.get(i).batch;
            if (batch != NO_BATCH && isLastOfBatch(written, i)) {
              boolean reached = couldBe(written, got, i, written.versions.size());
              boolean missed = couldBe(written, got, written.durable, i);
              present[batch] |= reached && !missed;
              absent[batch] |= missed && !reached;
            }
          }
        });
    for (int batch = 0; batch < batches; batch++) {
      if (present[batch] && absent[batch]) {
        throw new AssertionError(
            "batch number " + batch + " (from 0) is there after the crash, but not all of it");
      }
    }
  }

  private static boolean isLastOfBatch(Key written, int version) {
    return version + 1 == written.versions.size()
        || written.versions.get(version + 1).batch != written.versions.get(version).batch;
  }

  private static boolean couldBe(Key written, @Nullable ByteString got, int from, int to) {
    for (int i = from; i < to; i++) {
      if (Objects.equals(written.versions.get(i).value, got)) {
        return true;
      }
    }
    return false;
  }

  private static String show(@Nullable ByteString bytes) {
    return bytes == null ? "absent" : bytes.toString();
  }

  private static String show(Map<ByteString, ByteString> pairs) {
    StringBuilder text = new StringBuilder("{");
    pairs.forEach(
        (key, value) -> text.append(show(key)).append('=').append(show(value)).append(' '));
    return text.append('}').toString();
  }
}
