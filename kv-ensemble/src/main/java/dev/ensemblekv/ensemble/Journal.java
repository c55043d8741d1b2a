// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.GroupLock;
import dev.ensemblekv.spi.KvExecutor;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of an ensemble: where a batch with parts in several substores is made durable as a
 * whole before the first part is written. After a crash {@link JournalRecovery} writes the parts
 * that substores lack.
 *
 * <p>Entries are numbered without a gap. One waits for the medium for all that come meanwhile; then
 * their parts are written in the order of the numbers, so that one number tells of each substore
 * which of them it has. Numbers never go back: with no file left, all are below those that the
 * substores know durably.
 *
 * <p>When a file is great, another one is begun, and it is deleted when all substores have been
 * flushed. At most two are there, but after a crash.
 *
 * <p>Lock order: that of appending, then that of forcing. Whoever writes holds the stripes of all
 * keys of the batch.
 */
final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  private final Disk disk;
  private final Path directory;
  private final byte[] storeId;
  private final long fileBytes;
  private final KvExecutor executor;
  private final Owner owner;
  private final long first;
  private final JournalLane lane;
  private final ReentrantLock appending = new ReentrantLock();
  private final GroupLock forcing = new GroupLock(this::durable);
  private final ReentrantLock releasing = new ReentrantLock();
  private final LongAdder written = new LongAdder();

  // Guarded by appending.
  private @Nullable JournalFile current;
  private long next;

  /** What was appended last; set under the lock of appending. */
  private volatile @Nullable Appended last;

  /** The number up to which all is durable; set under the lock of forcing. */
  private volatile long durable;

  /** The file before the present one; set under the lock of appending, taken while releasing. */
  private volatile @Nullable Appended former;

  private volatile boolean releaseAsked;
  private boolean closed; // guarded by releasing

  /** The ensemble, as far as a journal needs it. */
  interface Owner {
    /** Throws if the ensemble has failed. */
    void checkNotFailed();

    /** Makes the ensemble fail, as nobody knows which batches are durable; returns the cause. */
    KvException fail(KvException cause);

    /** Makes everything in all substores durable; throws if a part of a batch is still missing. */
    void flushSubstores();
  }

  /** An entry in its file: everything up to it is written. */
  private record Appended(JournalFile file, long number, long end) {}

  /**
   * Creates a journal without entries.
   *
   * @param first the number of its first one
   * @param fileBytes a file of so many bytes is great
   */
  Journal(
      Disk disk,
      Path directory,
      String storeId,
      long first,
      long fileBytes,
      KvExecutor executor,
      Owner owner) {
    this.disk = disk;
    this.directory = directory;
    this.storeId = JournalFile.storeId(storeId);
    this.fileBytes = fileBytes;
    this.executor = executor;
    this.owner = owner;
    this.first = first;
    this.next = first;
    this.durable = first - 1;
    this.lane = new JournalLane(first - 1);
  }

  /**
   * Makes a batch durable, and then has its parts written.
   *
   * @param writing writes the parts, and is told the number; what it throws is thrown, and holds up
   *     nobody else
   * @throws dev.ensemblekv.api.StoreFullException if the disk is full; nothing has changed
   */
  void write(KvBatch batch, LongConsumer writing) {
    JournalEntry entry = JournalEntry.of(batch);
    long number = append(entry);
    boolean isTurn = false;
    try {
      force(number);
      lane.await(number - 1);
      isTurn = true;
    } finally {
      if (!isTurn) {
        giveUp(number);
      }
    }
    try {
      writing.accept(number);
    } finally {
      lane.passed(number);
    }
  }

  private long append(JournalEntry entry) {
    appending.lock();
    try {
      owner.checkNotFailed();
      JournalFile file = fileToAppendTo();
      try {
        file.append(entry, next);
        written.add(entry.length());
      } catch (IOException e) {
        cut(file, e);
        throw DiskFiles.failure("the batch cannot be journaled", file.path(), e);
      }
      last = new Appended(file, next, file.end());
      return next++;
    } finally {
      appending.unlock();
    }
  }

  private void cut(JournalFile file, IOException cause) {
    try {
      file.cutToEnd();
    } catch (IOException e) {
      cause.addSuppressed(e);
      throw owner.fail(
          new KvException("the journal may or may not have a batch", file.path(), cause));
    }
  }

  private JournalFile fileToAppendTo() {
    JournalFile file = current;
    Appended end = last;
    if (file != null && file.end() >= fileBytes && end != null) {
      if (former == null) {
        force(end.number); // the next file must not be durable before the end of this one
        file = create();
        former = end;
      }
      askForRelease();
    }
    return file == null ? create() : file;
  }

  private JournalFile create() {
    try {
      JournalFile created = JournalFile.create(disk, directory, storeId, next);
      current = created;
      return created;
    } catch (IOException e) {
      Path path = directory.resolve(JournalFile.name(next));
      KvException failure = DiskFiles.failure("the journal cannot be created", path, e);
      throw DiskFiles.isDiskFull(e) ? failure : owner.fail(failure);
    }
  }

  private long durable() {
    return durable;
  }

  /** Makes all entries up to one durable; those who come meanwhile share the next force. */
  private void force(long number) {
    if (!forcing.lockUnlessReached(number)) {
      return;
    }
    try {
      owner.checkNotFailed();
      Appended end = last;
      if (end != null) {
        try {
          end.file.force(end.end);
        } catch (IOException e) {
          throw owner.fail(
              new KvException(
                  "the journal cannot be made durable: " + e.getMessage(), end.file.path(), e));
        }
        durable = end.number;
      }
    } finally {
      forcing.unlock();
    }
  }

  /**
   * After a failure: takes back what no substore has a part of, so that it is not found at the next
   * opening.
   */
  private void giveUp(long number) {
    appending.lock();
    try {
      owner.fail(new KvException("a batch could not be made durable in the journal", null));
      JournalFile file = current;
      if (file != null) {
        file.cutToDurable();
      }
    } catch (IOException e) {
      LOG.warn("a batch that failed may be there at the next opening", e);
    } finally {
      appending.unlock();
      lane.giveUp(number);
    }
  }

  private void askForRelease() {
    if (!releaseAsked) {
      try {
        releaseAsked = true;
        executor.execute(this::releaseFormer);
      } catch (RejectedExecutionException e) {
        releaseAsked = false;
        LOG.debug("the journal grows, as the executor takes no tasks", e);
      }
    }
  }

  private void releaseFormer() {
    releasing.lock();
    try {
      Appended file = former;
      if (!closed && file != null) {
        lane.await(file.number);
        owner.flushSubstores();
        delete(file.file);
        former = null;
      }
    } catch (KvException e) {
      LOG.warn("the journal is kept, as substores cannot be flushed", e);
    } finally {
      releaseAsked = false;
      releasing.unlock();
    }
  }

  /** Reads every entry that was written so far; what is damaged is a problem. */
  void verify(KvTask.Progress progress) {
    releasing.lock(); // no file is deleted meanwhile
    try {
      Appended before;
      Appended end;
      appending.lock();
      try {
        before = former;
        end = last;
      } finally {
        appending.unlock();
      }
      if (before != null) {
        verify(before, progress);
      }
      if (end != null && !closed && !end.equals(before)) {
        verify(end, progress);
      }
    } finally {
      releasing.unlock();
    }
  }

  private void verify(Appended written, KvTask.Progress progress) {
    Path path = written.file.path();
    long begin = JournalFile.first(String.valueOf(path.getFileName())).orElseThrow();
    try (DiskFile file = disk.openReadOnly(path)) {
      JournalReader reader = new JournalReader(file, path, storeId, begin, written.end);
      reader.read(false, written.number, (number, batch) -> progress.advance(0));
    } catch (IOException e) {
      throw DiskFiles.failure("the journal cannot be read", path, e);
    } catch (CorruptionException e) {
      progress.problem(e.getMessage(), path);
    }
  }

  /** Returns the statistics of the ensemble with the figures of the journal. */
  KvStats addTo(KvStats stats) {
    Appended end = last;
    Appended before = former;
    long bytes = (end == null ? 0 : end.end) + (before == null ? 0 : before.end);
    KvStats.Builder more = stats.toBuilder();
    more.metric(
        KvMetric.gauge(
            "journalBytes", bytes, KvMetric.Unit.BYTES, "Bytes of the journal of batches."));
    more.metric(
        KvMetric.counter(
            "journaledBatches",
            lane.position() - first + 1,
            KvMetric.Unit.COUNT,
            "Batches that went through the journal."));
    add(stats, more, KvMetric.DISK_BYTES, bytes);
    add(stats, more, KvMetric.DISK_WRITTEN_BYTES, written.sum());
    return more.build();
  }

  /** Adds what is the journal's to a figure of all substores together, where they have it. */
  private static void add(KvStats stats, KvStats.Builder more, String figure, long bytes) {
    stats
        .total(figure)
        .map(all -> all.and(KvMetric.gauge(figure, bytes, KvMetric.Unit.BYTES, all.text())))
        .ifPresent(more::metric);
  }

  /** Returns the number up to which the parts of all entries have been written. */
  long position() {
    return lane.position();
  }

  /**
   * Lets go of what all substores have durably: everything up to an entry. Whoever does this in the
   * background is not waited for.
   */
  void release(long number) {
    if (releasing.tryLock()) {
      try {
        Appended file = former;
        if (!closed && file != null && file.number <= number) {
          delete(file.file);
          former = null;
        }
      } finally {
        releasing.unlock();
      }
    }
  }

  private void delete(JournalFile file) {
    try {
      file.close();
      disk.delete(file.path());
    } catch (IOException e) {
      throw DiskFiles.failure("the journal cannot be deleted", file.path(), e);
    }
  }

  /**
   * Ends what runs in the background; nothing begins any more.
   *
   * <p>No write is under way.
   */
  void stop() {
    releasing.lock();
    try {
      closed = true;
    } finally {
      releasing.unlock();
    }
  }

  /**
   * Closes the files.
   *
   * @param unneeded whether all substores have everything durably
   */
  void close(boolean unneeded) {
    Appended before = former;
    if (before != null) {
      close(before.file, unneeded);
    }
    JournalFile file = current;
    if (file != null) {
      if (unneeded) {
        syncNames(); // without it, those before would seem to lack their end
      }
      close(file, unneeded);
    }
  }

  private void syncNames() {
    try {
      disk.syncDirectory(directory);
    } catch (IOException e) {
      throw DiskFiles.failure("the journal cannot be deleted", directory, e);
    }
  }

  private void close(JournalFile file, boolean unneeded) {
    if (unneeded) {
      delete(file);
      return;
    }
    try {
      file.close();
    } catch (IOException e) {
      throw DiskFiles.failure("the journal cannot be closed", file.path(), e);
    }
  }
}
