// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.KvBudget;

/**
 * What a store takes of the budget that it shares with others: memory for its memtables, turns for
 * merges and compaction, and bytes that these write. Thread-safe.
 */
final class BudgetMember implements KvBudget.Member {
  private final Index index;
  private final Log log;
  private final Upkeep upkeep;
  private final KvBudget.Share share;
  private volatile boolean memoryWanted;

  BudgetMember(KvBudget budget, Index index, Log log, Upkeep upkeep) {
    this.index = index;
    this.log = log;
    this.upkeep = upkeep;
    this.share = budget.join(this);
  }

  @Override
  public long memoryBytes() {
    return index.current().memoryBytes();
  }

  @Override
  public void giveMemoryBack() {
    memoryWanted = true;
    upkeep.wake();
  }

  @Override
  public boolean isGivingBack() {
    return memoryWanted || index.current().frozenCount() > 0;
  }

  @Override
  public void mayBegin() {
    upkeep.wake();
  }

  /** Lets go of the memtable if others need its memory: it is free when it has been published. */
  void giveBack() {
    if (memoryWanted) {
      memoryWanted = false;
      log.freeze();
    }
  }

  /** The same, but only if there is so little that whoever writes must see to it. */
  void giveBackIfShort() {
    if (share.isMemoryShort()) {
      giveBack();
    }
  }

  boolean isShort() {
    return share.isMemoryShort();
  }

  /** To be called when memtables may have grown or gone; costs next to nothing if not. */
  void memoryChanged() {
    share.memoryChanged();
  }

  /** Tells whether a merge or a compaction may begin now; if not, the upkeep is woken later. */
  boolean tryBegin() {
    return share.tryBegin();
  }

  /** Ends what {@link #tryBegin} allowed, if anything. */
  void end() {
    share.end();
  }

  /** Counts bytes written in the background; returns for how many nanoseconds to pause. */
  long written(long bytes) {
    return share.written(bytes);
  }

  void close() {
    share.close();
  }
}
