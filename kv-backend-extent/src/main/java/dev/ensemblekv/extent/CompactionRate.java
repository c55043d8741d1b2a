// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/**
 * How fast compaction moves what is live: as this store may, and as all do together. Can be steered
 * while it goes on. Thread-safe.
 */
final class CompactionRate implements Compactor.Pace, ExtentEngineMXBean {
  private final Upkeep upkeep;
  private final BudgetMember budget;
  private volatile long bytesPerSecond;

  CompactionRate(Upkeep upkeep, BudgetMember budget, long bytesPerSecond) {
    this.upkeep = upkeep;
    this.budget = budget;
    this.bytesPerSecond = bytesPerSecond;
  }

  @Override
  public void moved(long bytes) {
    long nanos = (long) (1e9 * bytes / bytesPerSecond);
    upkeep.pause(Math.max(nanos, budget.written(bytes)));
  }

  @Override
  public long getCompactionRateBytesPerSecond() {
    return bytesPerSecond;
  }

  @Override
  public void setCompactionRateBytesPerSecond(long newBytesPerSecond) {
    bytesPerSecond = ExtentOptions.COMPACTION_RATE.check(newBytesPerSecond);
  }
}
