// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * Writes pairs to a store by several threads.
 *
 * <p>All pairs of one key go to the same thread, so that the last of them wins, as it would with
 * one thread. What is under way is bounded in number and in bytes. Used by one thread.
 */
final class PairWriter implements AutoCloseable {
  private static final int QUEUED_PAIRS = 256;
  private static final long HEAP_SHARE = 8;
  private static final long PERMIT_BYTES = 1 << 10;
  private static final PendingPair END = PendingPair.of(new Pair(new byte[0], new byte[0]), "");

  private final KvStore store;
  private final Skips skips;
  private final Progress progress;
  private final List<BlockingQueue<PendingPair>> queues = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final int permits;
  private final Semaphore memory;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final LongAdder pairs = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private boolean closed;

  /** Starts the threads. */
  PairWriter(KvStore store, int threadCount, Skips skips, Progress progress) {
    this.store = store;
    this.skips = skips;
    this.progress = progress;
    long share = Runtime.getRuntime().maxMemory() / HEAP_SHARE / PERMIT_BYTES;
    this.permits = (int) Math.max(1, Math.min(Integer.MAX_VALUE, share));
    this.memory = new Semaphore(permits);
    for (int i = 0; i < threadCount; i++) {
      BlockingQueue<PendingPair> queue = new ArrayBlockingQueue<>(QUEUED_PAIRS);
      Thread thread = new Thread(() -> work(queue), "kv-writer-" + i);
      thread.setDaemon(true);
      queues.add(queue);
      threads.add(thread);
      thread.start();
    }
  }

  /**
   * Takes a pair, waiting while too much is under way.
   *
   * @throws RuntimeException the failure of an earlier write
   */
  void submit(PendingPair pair) {
    throwFailure();
    memory.acquireUninterruptibly(permitsOf(pair));
    int queue = Math.floorMod(Arrays.hashCode(pair.key()), queues.size());
    put(queues.get(queue), pair);
  }

  private int permitsOf(PendingPair pair) {
    return (int) Math.min(permits, 1 + pair.weightBytes() / PERMIT_BYTES);
  }

  private static void put(BlockingQueue<PendingPair> queue, PendingPair pair) {
    try {
      queue.put(pair);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandException.failed("interrupted", e);
    }
  }

  private void work(BlockingQueue<PendingPair> queue) {
    try {
      for (PendingPair pair = queue.take(); pair != END; pair = queue.take()) {
        try {
          if (failure.get() == null) {
            write(pair);
          }
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          memory.release(permitsOf(pair));
        }
      }
    } catch (InterruptedException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void write(PendingPair pair) {
    byte[] key = pair.key();
    byte[] value;
    try {
      store.limits().checkKey(key);
      value = pair.value(store.limits().maxValueBytes());
      store.limits().checkValue(value);
    } catch (IOException e) {
      skips.add(pair.origin(), Errors.reason(e));
      return;
    } catch (IllegalArgumentException e) {
      skips.add(pair.origin(), String.valueOf(e.getMessage()));
      return;
    }
    store.put(key, value);
    pairs.increment();
    bytes.add((long) key.length + value.length);
    progress.step(1);
  }

  /**
   * Waits until everything is written.
   *
   * @throws RuntimeException the first failure of a write, after which no more was written
   */
  void finish() {
    close();
    throwFailure();
  }

  private void throwFailure() {
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw CommandException.failed("writing was interrupted", thrown);
    }
  }

  /** Returns how many pairs were written. */
  long pairs() {
    return pairs.sum();
  }

  /** Returns the sum of the keys and values written, in bytes. */
  long bytes() {
    return bytes.sum();
  }

  /** Ends the threads after what they have been given. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    queues.forEach(queue -> put(queue, END));
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw CommandException.failed("interrupted", e);
      }
    }
  }
}
