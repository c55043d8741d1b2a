// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The keeper of free space: lets a write pass only if the disk has room for it, and for all that
 * LevelDB may write in the background because of it.
 *
 * <p>LevelDB writes through mappings. Where a page finds no room on the disk the process gets a
 * SIGBUS and dies, so no error could be handled afterwards. Kept free is:
 *
 * <ul>
 *   <li>for each store what is in memory, as it becomes tables: at most two write buffers, each too
 *       large by the last batch, and never more than was written since the store was opened;
 *   <li>the output of one compaction, whose input is deleted only afterwards: no more than all
 *       tables of a store, nor than LevelDB's own limits, as it never takes more than the tables of
 *       level 0 and some tens of others at a time. All stores of a process share the one thread
 *       that compacts;
 *   <li>a little for manifests, and for the ends of files.
 * </ul>
 *
 * <p>All stores of the process count as if they were on one disk. It is asked once in a while: each
 * answer is good for some megabytes, which are counted as taken already. What others write to the
 * disk meanwhile is beyond this.
 */
final class SpaceGuard implements AutoCloseable {
  /** The guards of all open stores of the process; its monitor is held to look at their sum. */
  private static final Set<SpaceGuard> ALL = new HashSet<>();

  /** A record may need a header in each block of 32 KiB, and one of its own. */
  private static final int RECORD_BYTES = 64;

  private static final int BLOCK_SHARE = 4096;
  private static final long RESERVE_BYTES = 1 << 20;
  private static final long RESERVE_PER_STORE_BYTES = 128 << 10;
  private static final long MAX_CREDIT_BYTES = 2 << 20;

  /** Level 0 stops writes when it has so many tables, each of them a write buffer. */
  private static final int MAX_LEVEL_0_TABLES = 14;

  /** Of the other levels a compaction takes 50 MB, and what it must take in addition. */
  private static final long MAX_COMPACTED_BYTES = 64 << 20;

  private final Disk disk;
  private final Path directory;
  private final long writeBuffer;
  private final LongSupplier tableBytes;

  private final AtomicLong credit = new AtomicLong();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong greatest = new AtomicLong();

  /** Output of a compaction at most, as of the last time that this store asked for space. */
  private volatile long compaction;

  /**
   * Creates the guard.
   *
   * @param tableBytes tells at most how long all tables are; may take a moment
   */
  SpaceGuard(Disk disk, Path directory, long writeBuffer, LongSupplier tableBytes) {
    this.disk = disk;
    this.directory = directory;
    this.writeBuffer = writeBuffer;
    this.tableBytes = tableBytes;
  }

  /**
   * Takes the space for a write.
   *
   * @param bytes of all keys and values
   * @throws StoreFullException if there is not enough; then nothing is taken
   */
  void take(int operations, long bytes) {
    long needed = bytes + bytes / BLOCK_SHARE + (long) operations * RECORD_BYTES;
    if (needed > greatest.get()) {
      greatest.accumulateAndGet(needed, Math::max);
    }
    if (!takeCredit(needed)) {
      refill(needed);
    }
    written.addAndGet(needed);
  }

  private boolean takeCredit(long needed) {
    long had = credit.get();
    while (had >= needed) {
      if (credit.compareAndSet(had, had - needed)) {
        return true;
      }
      had = credit.get();
    }
    return false;
  }

  private void refill(long needed) {
    compaction = compaction();
    synchronized (ALL) {
      if (!takeCredit(needed)) {
        long spare = usable() - obligations(needed);
        if (spare < needed) {
          throw full(needed - spare);
        }
        credit.addAndGet(Math.min((spare - needed) / 2, MAX_CREDIT_BYTES));
      }
    }
  }

  /** Checks that there is room to work in, for what no write asks for. */
  void checkRoom() {
    long missing = -room();
    if (missing > 0) {
      throw full(missing);
    }
  }

  /** Tells whether there is room for a small write. */
  boolean hasRoom() {
    return room() > RESERVE_BYTES;
  }

  private long room() {
    compaction = compaction();
    synchronized (ALL) {
      return usable() - obligations(0);
    }
  }

  /** Returns what LevelDB may still write of what was let pass, in all stores of the process. */
  private long obligations(long needed) {
    ALL.add(this);
    return obligations() + needed + RESERVE_BYTES;
  }

  private static long obligations() {
    long sum = 0;
    long greatestCompaction = 0;
    for (SpaceGuard guard : ALL) {
      sum += guard.obligation();
      greatestCompaction = Math.max(greatestCompaction, guard.compaction);
    }
    return sum + greatestCompaction;
  }

  /** A byte of credit takes two of the disk: in the log, and later in a table. */
  private long obligation() {
    long buffers = 2 * (writeBuffer + greatest.get());
    return Math.min(written.get(), buffers) + 2 * credit.get() + RESERVE_PER_STORE_BYTES;
  }

  /** Gives back what was kept free; the store is closed. */
  @Override
  public void close() {
    synchronized (ALL) {
      ALL.remove(this);
    }
  }

  private long compaction() {
    return Math.min(tableBytes.getAsLong(), compactionLimit(writeBuffer + greatest.get()));
  }

  private static long compactionLimit(long table) {
    return MAX_LEVEL_0_TABLES * table + MAX_COMPACTED_BYTES;
  }

  private long usable() {
    try {
      return disk.usableBytes(directory);
    } catch (IOException e) {
      throw DiskFiles.failure("the free space cannot be found out", directory, e);
    }
  }

  private StoreFullException full(long missing) {
    return new StoreFullException(
        "there is not enough space for LevelDB to work in: free "
            + ((missing + RESERVE_BYTES) >> 20)
            + " MiB and try again; nothing was written",
        directory,
        null);
  }

  /**
   * Checks that a database can be opened, for which LevelDB turns its logs into tables and may then
   * begin to compact them. It never asks for more than was kept free while the logs were written.
   *
   * @throws StoreFullException if there is not enough space; nothing was written
   */
  static void checkBeforeOpen(
      Disk disk, Path directory, long writeBuffer, long logBytes, long tableBytes) {
    SpaceGuard guard = new SpaceGuard(disk, directory, writeBuffer, () -> tableBytes + logBytes);
    guard.greatest.set(logBytes);
    long needed = Math.max(logBytes, guard.compaction()) + RESERVE_BYTES / 2;
    long missing;
    synchronized (ALL) {
      missing = needed + obligations() - guard.usable();
    }
    if (missing > 0) {
      throw guard.full(missing);
    }
  }
}
