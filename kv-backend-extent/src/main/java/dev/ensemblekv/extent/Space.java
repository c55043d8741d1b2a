// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/**
 * The space that a store takes, and how much of it compaction should give back: the files may take
 * a percentage of live keys and values, even if all that is not merged yet supersedes something.
 *
 * <p>But records of which less than a sixth is dead are left alone: where they are so small that
 * what is stored with each takes the percentage already, compaction would never end.
 */
final class Space {
  /** What is stored with a record, on average: its header and what aligns it. */
  private static final long OVERHEAD_BYTES = RecordFormat.HEADER_BYTES + Location.ALIGNMENT / 2;

  private static final int LEAST_DEAD_SHARE = 5;

  /** Compaction begins at such a part of what files may take, so that it need not hurry. */
  private static final int BEGIN_PERCENT = 90;

  private double files;
  private double live;
  private long liveRecords;
  private double dead;

  /**
   * Adds a segment.
   *
   * @param bytes what it takes, or the store's share of that
   */
  void add(Usage usage, long bytes) {
    double deadBytes = bytes * deadShare(usage);
    files += bytes;
    dead += deadBytes;
    live += bytes - deadBytes;
    liveRecords += usage.liveRecords();
  }

  /** Adds something without which nothing is found. */
  void addIndex(long bytes) {
    files += bytes;
  }

  /** Returns how much of a segment is dead, from 0 to 1. */
  static double deadShare(Usage usage) {
    return usage.bytes() == 0 ? 0 : (double) usage.deadBytes() / usage.bytes();
  }

  /**
   * Returns how many dead bytes are too many; none if negative. So many should go before the files
   * take all they may.
   *
   * @param percent so much the files may take for each hundred bytes of live keys and values
   * @param unmerged so many records may each supersede one that counts as live
   */
  double surplus(long percent, long unmerged) {
    return beyond(percent * BEGIN_PERCENT / 100.0, unmerged);
  }

  /** Returns how many dead bytes are beyond what files may take; none if negative. */
  double excess(long percent, long unmerged) {
    return beyond((double) percent, unmerged);
  }

  private double beyond(double percent, long unmerged) {
    if (liveRecords <= 0) {
      return dead;
    }
    double record = live / liveRecords;
    double data = Math.max(0, liveRecords - unmerged) * Math.max(0, record - OVERHEAD_BYTES);
    return Math.min(files - data * percent / 100, dead - live / LEAST_DEAD_SHARE);
  }
}
