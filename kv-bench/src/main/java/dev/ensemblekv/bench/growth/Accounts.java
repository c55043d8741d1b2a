// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.collections.impl.map.mutable.primitive.IntIntHashMap;

/**
 * What all substores together have done to their disk, in bytes of the model, and the time that
 * takes. For one thread.
 */
final class Accounts {
  private final Plan plan;
  private final VirtualTime time;
  private final List<AccountingStore> stores = new ArrayList<>();
  private final List<Shared> shared = new ArrayList<>();

  /** Copies that were made and are not open yet, by their directories. */
  private final Map<Path, IntIntHashMap> copies = new HashMap<>();

  /** What the step at hand has read: it is in memory then. */
  private Set<Long> warm = new HashSet<>();

  private boolean putPending;
  private long putBytes;
  private long copiedBytes;
  private long rewrittenBytes;
  private long readBytes;
  private long peakExtraBytes;
  private long extraBytes;

  Accounts(Plan plan, VirtualTime time) {
    this.plan = plan;
    this.time = time;
  }

  Plan plan() {
    return plan;
  }

  /** Adds a substore; returns its number. */
  int add(AccountingStore store) {
    stores.add(store);
    return stores.size();
  }

  /** Lets all substores forget what they hold, so that what is left in memory is not theirs. */
  void forget() {
    stores.forEach(AccountingStore::forget);
    warm = new HashSet<>();
  }

  /** Returns the number of files that are shared from now on. */
  int share() {
    shared.add(new Shared());
    return shared.size();
  }

  /** Counts a pair that is in shared files. */
  void addShared(int number, long bytes) {
    shared.get(number - 1).add(bytes);
  }

  /** Counts a pair that is moved out of shared files. */
  void moveShared(int number, long bytes) {
    rewrite(bytes);
    extra(shared.get(number - 1).move(bytes));
  }

  /** Counts what compaction, or a merge of an index, reads and writes. */
  void rewrite(long bytes) {
    readBytes += bytes;
    rewrittenBytes += bytes;
    time.spend(plan.diskNanos(2 * bytes));
  }

  /** Keeps what is in the copy of a substore until that is opened. */
  void addCopy(Path directory, IntIntHashMap puts) {
    copies.put(directory, puts);
  }

  /** Returns what is in the copy in a directory; nothing if there is none. */
  IntIntHashMap takeCopy(Path directory) {
    IntIntHashMap copy = copies.remove(directory);
    return copy == null ? new IntIntHashMap() : copy;
  }

  /** Announces a put of the user: what is put twice is a copy the second time. */
  void beginPut() {
    putPending = true;
  }

  /** Announces that what follows is done by the ensemble for itself. */
  void beginStep() {
    putPending = false;
    warm.clear();
  }

  /** A pair was put; returns whether it takes space of its own. */
  void put(long bytes) {
    if (putPending) {
      putPending = false;
      putBytes += bytes;
    } else {
      copiedBytes += bytes;
      extra(bytes);
      time.spend(plan.diskNanos(bytes));
    }
  }

  /** A pair was read. */
  void read(int store, int put, long bytes) {
    if (warm.add((long) store << Integer.SIZE | put)) {
      readBytes += bytes;
      time.spend(plan.diskNanos(bytes));
    }
  }

  /**
   * A substore was compacted, file by file.
   *
   * @param live what it keeps
   * @param dead what it holds besides
   */
  void compact(long live, long dead) {
    readBytes += live + dead;
    rewrittenBytes += live;
    time.spend(plan.diskNanos(live + dead + live));
    long both = Math.min(live, plan.segmentBytes());
    extra(both);
    extra(-both);
    extra(-dead);
  }

  private void extra(long bytes) {
    extraBytes += bytes;
    peakExtraBytes = Math.max(peakExtraBytes, extraBytes);
  }

  long putBytes() {
    return putBytes;
  }

  long copiedBytes() {
    return copiedBytes;
  }

  long rewrittenBytes() {
    return rewrittenBytes;
  }

  long readBytes() {
    return readBytes;
  }

  /** Returns the most space that was taken besides that of the live pairs since last asked. */
  long takePeakExtraBytes() {
    long peak = peakExtraBytes;
    peakExtraBytes = extraBytes;
    return peak;
  }
}
