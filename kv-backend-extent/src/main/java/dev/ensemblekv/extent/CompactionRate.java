// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/** How fast compaction moves what is live, which can be steered while it goes on. Thread-safe. */
final class CompactionRate implements Compactor.Pace, ExtentEngineMXBean {
  private final Upkeep upkeep;
  private volatile long bytesPerSecond;

  CompactionRate(Upkeep upkeep, long bytesPerSecond) {
    this.upkeep = upkeep;
    this.bytesPerSecond = bytesPerSecond;
  }

  @Override
  public void moved(long bytes) {
    upkeep.pause(bytes, bytesPerSecond);
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
