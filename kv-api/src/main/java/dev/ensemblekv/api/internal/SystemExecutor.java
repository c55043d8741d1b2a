// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.spi.KvExecutor;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The background threads of this JVM, shared by all stores: daemons that go away when there is
 * nothing to do, and a timer that hands what is due to them.
 */
public final class SystemExecutor implements KvExecutor {
  /** The one instance. */
  public static final SystemExecutor INSTANCE = new SystemExecutor();

  private static final int KEEP_ALIVE_SECONDS = 10;

  private final AtomicLong threadCount = new AtomicLong();
  private final ThreadPoolExecutor workers =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          KEEP_ALIVE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          this::thread);
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, this::thread);

  private SystemExecutor() {
    timer.setKeepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
  }

  private Thread thread(Runnable task) {
    Thread thread = new Thread(task, "ensemblekv-" + threadCount.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void execute(Runnable task) {
    workers.execute(task);
  }

  @Override
  public Scheduled schedule(Runnable task, Duration delay) {
    ScheduledFuture<?> future =
        timer.schedule(() -> workers.execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
