// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What all substores together have done to their disk, in bytes of the model, and the time that
 * takes. For one thread.
 */
final class Accounts {
  private final Plan plan;
  private final VirtualTime time;
  private final List<AccountingStore> stores = new ArrayList<>();

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
    } else if (plan.split() == Plan.Split.COPYING) {
      copiedBytes += bytes;
      extra(bytes);
      time.spend(plan.diskNanos(bytes));
    }
  }

  /** A pair was read. */
  void read(int store, int put, long bytes) {
    boolean free = plan.split() == Plan.Split.NATIVE;
    if (!free && warm.add((long) store << Integer.SIZE | put)) {
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
    boolean shared = plan.split() == Plan.Split.NATIVE;
    long written = shared ? live + dead : live;
    readBytes += live + dead;
    rewrittenBytes += written;
    time.spend(plan.diskNanos(live + dead + written));
    long both = Math.min(written, plan.segmentBytes());
    extra(both);
    extra(-both);
    if (!shared) {
      extra(-dead);
    }
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
