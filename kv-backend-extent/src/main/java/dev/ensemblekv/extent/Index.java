// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.HashSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The index: where the newest record of each key is. Reading takes no lock; all changes of {@link
 * #current} are made under the lock of the {@link Log}.
 */
final class Index {
  private volatile Version current;

  /**
   * A memtable that takes no more entries.
   *
   * @param end where the log goes on behind its last entry
   * @param sequence the number of its last entry
   * @param journal the number of the last journaled batch up to there
   * @param logBytes how much of the log it covers
   */
  record Frozen(
      Memtable table, Manifest.Position end, long sequence, long journal, long logBytes) {}

  /** The parts of the index at one moment: an entry in a newer part hides those in older ones. */
  static final class Version {
    private final Memtable active;
    private final Frozen[] frozen;
    private final Run[] runs;
    private final HashSlice keys;

    /**
     * Creates a version.
     *
     * @param active takes the entries that come
     * @param frozen wait to be written as runs, the newest first
     * @param runs on disk, the newest first
     * @param keys those that count: there may be entries of others
     */
    Version(Memtable active, List<Frozen> frozen, List<Run> runs, HashSlice keys) {
      this.active = active;
      this.frozen = frozen.toArray(Frozen[]::new);
      this.runs = runs.toArray(Run[]::new);
      this.keys = keys;
    }

    /** Returns which keys count. */
    HashSlice keys() {
      return keys;
    }

    Memtable active() {
      return active;
    }

    List<Frozen> frozen() {
      return List.of(frozen);
    }

    int frozenCount() {
      return frozen.length;
    }

    /** Returns how many keys are in memtables that wait to be written. */
    long frozenKeys() {
      long count = 0;
      for (Frozen part : frozen) {
        count += part.table.count();
      }
      return count;
    }

    /** Returns how much of the log is covered by memtables that wait to be written. */
    long frozenLogBytes() {
      long bytes = 0;
      for (Frozen part : frozen) {
        bytes += part.logBytes;
      }
      return bytes;
    }

    List<Run> runs() {
      return List.of(runs);
    }

    /** Returns the location of a key, a tombstone's too, or {@link Location#NONE}. */
    long find(KeyHash hash, byte[] bucket) throws IOException {
      return find(hash.order(), hash.routing(), bucket);
    }

    /** The same of a key that is known by its words. */
    long find(long order, int routing, byte[] bucket) throws IOException {
      if (!keys.contains(routing)) {
        return Location.NONE;
      }
      long location = active.find(order, routing);
      for (int i = 0; i < frozen.length && location == Location.NONE; i++) {
        location = frozen[i].table.find(order, routing);
      }
      for (int i = 0; i < runs.length && location == Location.NONE; i++) {
        location = runs[i].find(order, routing, bucket);
      }
      return location;
    }

    /** Returns the newest entries of a part of the hashes, tombstones included. */
    Entries entries(HashRange range) throws IOException {
      Entries entries = active.entries(range);
      for (Frozen part : frozen) {
        entries = entries.over(part.table.entries(range));
      }
      for (Run run : runs) {
        entries = entries.over(run.entries(range));
      }
      return keys.equals(HashSlice.ALL) ? entries : entries.only(keys);
    }

    /** Returns at least the number of entries. */
    long mostEntries() {
      return entriesAbove(runs.length);
    }

    /** Returns how many entries may hide others of the same keys, which nobody knows yet. */
    long unmergedEntries() {
      return entriesAbove(runs.length - 1);
    }

    private long entriesAbove(int run) {
      long entries = active.count() + frozenKeys();
      for (int i = 0; i < run; i++) {
        entries += runs[i].entries();
      }
      return entries;
    }

    /** Returns how much memory the memtables take. */
    long memoryBytes() {
      long bytes = active.bytes();
      for (Frozen part : frozen) {
        bytes += part.table.bytes();
      }
      return bytes;
    }

    Version withRuns(List<Run> newRuns) {
      return new Version(active, frozen(), newRuns, keys);
    }
  }

  Index(Memtable active, List<Run> runs, HashSlice keys) {
    current = new Version(active, List.of(), runs, keys);
  }

  Version current() {
    return current;
  }

  /** Goes on with an empty memtable. */
  void freeze(Manifest.Position end, long sequence, long journal, long logBytes) {
    List<Frozen> frozen = new ArrayList<>();
    frozen.add(new Frozen(current.active, end, sequence, journal, logBytes));
    frozen.addAll(current.frozen());
    current = new Version(new Memtable(), frozen, current.runs(), current.keys());
  }

  /** Puts a run into the place of the oldest frozen memtable. */
  void publish(Frozen oldest, List<Run> runs) {
    List<Frozen> frozen = new ArrayList<>(current.frozen());
    if (frozen.isEmpty() || !frozen.remove(frozen.size() - 1).equals(oldest)) {
      throw new IllegalStateException("a memtable was published before an older one");
    }
    current = new Version(current.active, frozen, runs, current.keys());
  }

  /** Takes all keys for absent that are not in a slice. */
  void retain(HashSlice keys) {
    current = new Version(current.active, current.frozen(), current.runs(), keys);
  }

  /** Puts other runs into the place of some. */
  void replaceRuns(List<Run> runs) {
    current = current.withRuns(runs);
  }
}
