// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.DurabilityLag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;

/**
 * The only writer: it writes a group of requests in one transaction, makes the map grow when it is
 * full, and finds out for each request what came of it.
 *
 * <p>A transaction that fails before its root is written has changed nothing. So if a group fails,
 * each of its requests is tried by itself, and only those fail that must. A commit that fails other
 * than for space makes the store FAILED: LMDB would accept more writes, on top of pages that the
 * medium may not have.
 */
final class Committer implements WriteQueue.Writer {
  /** The latch of the store. */
  interface Latch {
    /** Makes the store fail. */
    KvException fail(KvException cause);

    /** Throws if the store has failed. */
    void check();

    /** Tells whether the store has failed. */
    default boolean hasFailed() {
      try {
        check();
        return false;
      } catch (StoreFailedException e) {
        return true;
      }
    }
  }

  private final Database database;
  private final Readers readers;
  private final Values values;
  private final Failures failures;
  private final Latch latch;
  private final boolean durableAtCommit;
  private final long growthWaitNanos;
  private final Slice keySlice = Slice.ofCapacity(LmdbBackend.LIMITS.maxKeyBytes());
  private final WriteQueue queue = new WriteQueue(this);

  private final DurabilityLag lag;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong growths = new AtomicLong();

  Committer(
      Database database,
      Readers readers,
      Values values,
      Failures failures,
      Latch latch,
      LmdbOptions.Sync durability,
      Duration growthWait,
      DurabilityLag lag) {
    this.lag = lag;
    this.database = database;
    this.readers = readers;
    this.values = values;
    this.failures = failures;
    this.latch = latch;
    this.durableAtCommit = durability == LmdbOptions.Sync.SYNC;
    this.growthWaitNanos = growthWait.toNanos();
  }

  /**
   * Writes a change, together with those of others.
   *
   * @param bytes about how much it writes
   * @return what the change returned
   */
  boolean write(WriteRequest.Change change, long bytes, boolean sync) {
    return submit(new WriteRequest(change, bytes, sync));
  }

  /** Brings to the medium what was written. */
  void flush() {
    latch.check();
    if (!durableAtCommit) {
      submit(new WriteRequest(null, 0, true));
    }
  }

  /** Lets nobody write any more, and waits for who does. */
  void close() {
    queue.close();
  }

  /** Brings to the medium what was written, before the store is closed. */
  void syncLast() {
    if (!durableAtCommit && !latch.hasFailed()) {
      try {
        sync();
      } catch (RuntimeException e) {
        throw syncFailure(e);
      }
    }
  }

  /** Does something while nobody else writes; perhaps more than once, and by another thread. */
  void betweenCommits(Runnable action) {
    submit(
        new WriteRequest(
            txn -> {
              action.run();
              return true;
            },
            0,
            false));
  }

  private boolean submit(WriteRequest request) {
    return queue.submit(request, this::waking);
  }

  /** A leader that waits for readers must see who else waits, and holds one. */
  private void waking() {
    if (readers.isShut()) {
      readers.poke();
    }
  }

  @Override
  public void write(List<WriteRequest> group) {
    write(group, true);
  }

  private void write(List<WriteRequest> group, boolean mayGrow) {
    while (!group.isEmpty()) {
      try {
        latch.check();
        attempt(group);
        return;
      } catch (Env.MapFullException e) {
        if (mayGrow && !grow(group)) {
          return;
        }
        if (!mayGrow) {
          group.forEach(request -> request.fail(readersInTheWay()));
          return;
        }
      } catch (RuntimeException e) {
        if (group.size() > 1 && !(e instanceof StoreFailedException)) {
          eachAlone(group, mayGrow);
        } else {
          group.forEach(request -> request.fail(failures.translate("nothing was written", e)));
        }
        return;
      }
    }
  }

  private void eachAlone(List<WriteRequest> group, boolean mayGrow) {
    for (WriteRequest request : List.copyOf(group)) {
      List<WriteRequest> alone = new ArrayList<>();
      alone.add(request);
      write(alone, mayGrow);
    }
  }

  private void attempt(List<WriteRequest> group) {
    boolean[] results = new boolean[group.size()];
    boolean sync = false;
    boolean changes = false;
    for (WriteRequest request : group) {
      sync |= request.sync();
      changes |= request.change() != null;
    }
    if (changes) {
      commit(group, results);
    }
    if (sync && !durableAtCommit) {
      sync(group);
    }
    for (int i = 0; i < results.length; i++) {
      group.get(i).succeed(results[i]);
    }
  }

  /** From the beginning to the end of the transaction the thread must not wait for another one. */
  private void commit(List<WriteRequest> group, boolean[] results) {
    try (Txn<Slice> txn = database.beginWrite()) {
      WriteTransaction changes = new WriteTransaction(database, values, txn, keySlice);
      for (int i = 0; i < results.length; i++) {
        WriteRequest.Change change = group.get(i).change();
        results[i] = change != null && change.apply(changes);
      }
      if (changes.isDirty()) {
        txn.commit();
        commits.incrementAndGet();
        lag.written(group.stream().mapToLong(WriteRequest::bytes).sum());
        if (durableAtCommit) {
          lag.durable(lag.mark());
        }
      }
      writes.addAndGet(results.length);
    } catch (LmdbNativeException e) {
      throw judged(e);
    }
  }

  /** Tells what leaves the store as it was from what makes it fail. */
  private RuntimeException judged(LmdbNativeException e) {
    boolean panic = e instanceof LmdbNativeException.PanicException || hasPanicked();
    boolean harmless =
        !(e instanceof LmdbNativeException.ConstantDerivedException)
            || failures.isDiskFull(e)
            || Failures.isOutOfMemory(e);
    if (harmless && !panic) {
      return e;
    }
    KvException failure =
        latch.fail(
            new StoreFailedException(
                "a commit failed midway (" + e.getMessage() + "), so nobody knows what is on disk",
                failures.file(),
                e));
    if (panic) {
      // LMDB lets nobody read any more either, until it is opened anew
      readers.exclusively(growthWaitNanos, holder -> {}, database::reopen);
    }
    return failure;
  }

  /** Tells whether LMDB refuses everything, as it does after the root could not be written. */
  private boolean hasPanicked() {
    try {
      Reader reader = readers.tryBegin();
      if (reader != null) {
        readers.end(reader);
      }
      return false;
    } catch (StoreFailedException e) {
      return true;
    }
  }

  private void sync(List<WriteRequest> group) {
    try {
      sync();
    } catch (RuntimeException e) {
      KvException failure = syncFailure(e);
      for (WriteRequest request : group) {
        if (request.sync()) {
          request.fail(failure);
        }
      }
    }
  }

  private void sync() {
    long mark = lag.mark();
    database.sync();
    lag.durable(mark);
  }

  private KvException syncFailure(RuntimeException e) {
    return latch.fail(
        new StoreFailedException(
            "what was written could not be made durable: " + e.getMessage(), failures.file(), e));
  }

  /**
   * Makes the map longer, for which nobody must read. Who waits to write and holds a reader would
   * wait for himself: his request fails at once.
   *
   * @return whether to try again with what is left of the group
   */
  private boolean grow(List<WriteRequest> group) {
    Thread self = Thread.currentThread();
    boolean[] ownReader = new boolean[1];
    try {
      boolean grown =
          readers.exclusively(
              growthWaitNanos,
              holder -> {
                if (holder == self) {
                  throw ownReader();
                }
                refuse(holder, group);
              },
              database::grow);
      if (grown) {
        growths.incrementAndGet();
        return true;
      }
    } catch (OwnReaderException e) {
      ownReader[0] = true;
    } catch (RuntimeException e) {
      KvException failure = failures.translate("nothing was written", e);
      if (!(failure instanceof StoreFullException || failure instanceof StoreClosedException)) {
        latch.fail(failure); // there may be no map any more
      }
      group.forEach(request -> request.fail(failure));
      return false;
    }
    if (ownReader[0]) {
      // only this thread's own request fails; the others wait for another one to lead
      group.stream().filter(r -> r.thread() == self).forEach(r -> r.fail(ownReader()));
    } else {
      eachAlone(group, false);
    }
    return false;
  }

  private void refuse(Thread holder, List<WriteRequest> group) {
    WriteRequest waits = queue.withdraw(holder);
    for (WriteRequest request : List.copyOf(group)) {
      if (request.thread() == holder) {
        waits = request;
        group.remove(request);
      }
    }
    if (waits != null) {
      waits.fail(ownReader());
      waits.done();
    }
  }

  /** Says that the thread that writes holds up the growth that its write needs. */
  private static final class OwnReaderException extends StoreFullException {
    private static final long serialVersionUID = 1;

    OwnReaderException(Failures failures) {
      super(
          "the map must grow for this write, which must wait until all scans are closed, and this"
              + " thread has one open itself; close it first, or open the store with a larger "
              + LmdbOptions.RESERVE.name(),
          failures.file(),
          null);
    }
  }

  private OwnReaderException ownReader() {
    return new OwnReaderException(failures);
  }

  private StoreFullException readersInTheWay() {
    return new StoreFullException(
        "the map must grow for this write, and readers were in the way for "
            + LmdbOptions.GROWTH_WAIT.format(Duration.ofNanos(growthWaitNanos))
            + ", the oldest of them for "
            + TimeUnit.NANOSECONDS.toMillis(readers.oldestNanos())
            + " ms; close scans, or open the store with a larger "
            + LmdbOptions.RESERVE.name(),
        failures.file(),
        null);
  }

  /** Returns how many transactions were committed. */
  long commits() {
    return commits.get();
  }

  /** Returns how many writes they were made of. */
  long writes() {
    return writes.get();
  }

  /** Returns how often the map grew. */
  long growths() {
    return growths.get();
  }
}
