// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import dev.ensemblekv.tck.internal.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was written to one key, and how much of it a crash may take: of each writer a list of
 * versions in its order, of which a suffix may be lost, but none that was durable. In which order
 * two writers came is not known.
 */
final class KeyHistory {
  static final int NO_BATCH = -1;

  private @Nullable ByteString before;
  private final Map<Integer, Lane> lanes = new LinkedHashMap<>();

  /**
   * Creates the history of a key that nobody has written to yet.
   *
   * @param before what it was at the beginning; {@code null}: absent
   */
  KeyHistory(@Nullable ByteString before) {
    this.before = before;
  }

  /**
   * A value once written.
   *
   * @param value the value; {@code null}: the key was deleted
   */
  private record Version(@Nullable ByteString value, int batch) {}

  /** What one writer wrote; the first version is what was there before. */
  static final class Lane {
    private final List<Version> versions = new ArrayList<>();
    private int completed;
    private int durable;

    private Lane(@Nullable ByteString before) {
      versions.add(new Version(before, NO_BATCH));
    }

    /** Adds a version and returns its number. */
    int add(@Nullable ByteString value, int batch) {
      versions.add(new Version(value, batch));
      return versions.size() - 1;
    }

    void completed(int version) {
      completed = Math.max(completed, version);
    }

    void durable(int version) {
      completed(version);
      durable = Math.max(durable, version);
    }

    /** Tells whether a write has begun and not returned. */
    boolean isOpen() {
      return versions.size() - 1 > completed;
    }

    boolean showsLast(@Nullable ByteString got) {
      return Objects.equals(versions.get(versions.size() - 1).value, got);
    }

    /** Notes that the write that was open has become a part of the store, or never will. */
    void settle(boolean there) {
      if (there) {
        completed = versions.size() - 1;
      } else {
        versions.subList(completed + 1, versions.size()).clear();
      }
    }

    private int least(boolean killed) {
      return killed ? completed : durable;
    }

    private boolean couldBe(@Nullable ByteString got, int from) {
      return next(got, from) < versions.size();
    }

    /** Returns the first version from a number on that looks like this, or the end. */
    private int next(@Nullable ByteString got, int from) {
      int i = from;
      while (i < versions.size() && !Objects.equals(versions.get(i).value, got)) {
        i++;
      }
      return i;
    }

    /** Returns the last version that looks like this, or a negative number. */
    private int last(@Nullable ByteString got) {
      int i = versions.size() - 1;
      while (i >= 0 && !Objects.equals(versions.get(i).value, got)) {
        i--;
      }
      return i;
    }

    private boolean endsBatch(int version) {
      return version + 1 == versions.size()
          || versions.get(version + 1).batch != versions.get(version).batch;
    }

    private String wrong(@Nullable ByteString got, int least) {
      StringBuilder text = new StringBuilder();
      text.append("version ").append(least).append(", ").append(show(versions.get(least).value));
      text.append(", had to survive; found was ");
      for (int i = least - 1; i >= 0; i--) {
        if (Objects.equals(versions.get(i).value, got)) {
          return text.append("version ").append(i).toString();
        }
      }
      return text.append("never written").toString();
    }
  }

  /** What a crash left of a batch. */
  static final class BatchTraces {
    private @Nullable ByteString reached;
    private @Nullable ByteString missed;

    private void add(boolean there, ByteString key) {
      reached = there ? key : reached;
      missed = there ? missed : key;
    }

    /** Tells whether some of it is there and some is not. */
    boolean isInPart() {
      return reached != null && missed != null;
    }

    /** Says which key shows it and which does not. */
    String halves(Map<ByteString, ByteString> found) {
      return "as it was then or later: "
          + (reached + " is " + show(found.get(reached)))
          + "; as it was before: "
          + (missed + " is " + show(found.get(missed)));
    }
  }

  Lane lane(int writer) {
    return lanes.computeIfAbsent(writer, missing -> new Lane(before));
  }

  List<Lane> openLanes() {
    return lanes.values().stream().filter(Lane::isOpen).toList();
  }

  /** Notes that every completed write must survive from now on. */
  void everythingDurable() {
    lanes.values().forEach(lane -> lane.durable(lane.completed));
  }

  /** Forgets what was written: what is there now is what was there before. */
  void beginWith(@Nullable ByteString value) {
    before = value;
    lanes.clear();
  }

  /**
   * Checks what the key is after a crash.
   *
   * @param killed whether all that was completed must be there, not only what was durable
   * @throws AssertionError if it is neither the last version that must be there nor a later one
   */
  void check(ByteString key, @Nullable ByteString got, boolean killed) {
    boolean untouched = true;
    for (Lane lane : lanes.values()) {
      int least = lane.least(killed);
      untouched &= least == 0;
      if (lane.couldBe(got, Math.max(1, least))) {
        return;
      }
    }
    if (untouched && Objects.equals(before, got)) {
      return;
    }
    Lane wrong =
        lanes.values().stream()
            .filter(lane -> lane.least(killed) > 0)
            .findFirst()
            .orElseGet(() -> new Lane(before));
    throw new AssertionError(
        "key "
            + key
            + " is "
            + show(got)
            + " after the crash, but "
            + wrong.wrong(got, wrong.least(killed)));
  }

  /**
   * Tells of each batch whether it must have reached the key, or must have missed it, for the key
   * to be as found. One that was durable was so at all its keys, and each of them must show it.
   */
  void judgeBatches(ByteString key, @Nullable ByteString got, Map<Integer, BatchTraces> batches) {
    if (lanes.size() != 1) {
      return; // of writers in no known order any might be the last
    }
    Lane lane = lanes.values().iterator().next();
    int first = lane.next(got, lane.durable);
    int last = lane.last(got);
    for (int i = lane.durable + 1; i < lane.versions.size(); i++) {
      int batch = lane.versions.get(i).batch;
      if (batch != NO_BATCH && lane.endsBatch(i)) {
        boolean reached = last >= i;
        boolean missed = first < i;
        if (reached != missed) {
          batches.computeIfAbsent(batch, missing -> new BatchTraces()).add(reached, key);
        }
      }
    }
  }

  static String show(@Nullable ByteString bytes) {
    return bytes == null ? "absent" : bytes.toString();
  }
}
