// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import java.lang.reflect.Method;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** A limit on each test, so that a store that hangs fails a rule instead of the build. */
final class TimeLimit implements InvocationInterceptor {
  private static final int STEPS_OF_A_TEST = 8;

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext extensionContext)
      throws Throwable {
    Chapter chapter = (Chapter) extensionContext.getRequiredTestInstance();
    long limitMillis =
        chapter.tck().mustHappen().toMillis() * STEPS_OF_A_TEST * chapter.tck().effort();
    FutureTask<Void> test =
        new FutureTask<>(
            () -> {
              try {
                return invocation.proceed();
              } catch (Exception | Error e) {
                throw e;
              } catch (Throwable e) {
                throw new AssertionError(e);
              }
            });
    Thread thread = new Thread(test, "tck-test");
    thread.setDaemon(true);
    thread.start();
    try {
      test.get(limitMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause();
    } catch (TimeoutException e) {
      AssertionError failure =
          new AssertionError("the test did not end within " + limitMillis + " ms; it hangs here:");
      failure.setStackTrace(thread.getStackTrace());
      throw failure;
    }
  }
}
