// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The suite on a store that hangs, and says so: its tests need not wait for what will never happen,
 * and have all the time they want for what does.
 */
abstract class HangingStoreTck extends WrongStoreTck {
  private static final long POLL_MILLIS = 1;

  private final CountDownLatch hanging = new CountDownLatch(1);
  private final CountDownLatch givenUp = new CountDownLatch(1);

  /** Called by the store instead of waiting for ever: returns when the test has given up. */
  final void hang() {
    hanging.countDown();
    try {
      givenUp.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  <T> T await(Future<T> future, Duration limit)
      throws InterruptedException, ExecutionException, TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        return future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (hanging.getCount() == 0 || System.nanoTime() - end > 0) {
          givenUp.countDown();
          throw e;
        }
      }
    }
  }
}
