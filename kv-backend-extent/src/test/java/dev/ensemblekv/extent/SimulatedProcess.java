// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.KvExecutor;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;

/**
 * A process on a simulated machine: when it dies, what it had in mind is not done any more. It may
 * die between any two calls of its disk, of which everything before is there, durable or not.
 */
final class SimulatedProcess implements KvExecutor {
  /** What everything in a process ends with that asks for its disk when it is dead. */
  static final class Death extends Error {
    private static final long serialVersionUID = 1;

    Death() {
      super("the process was killed", null, false, false);
    }
  }

  private final KvExecutor machine;
  private final boolean others;
  private long callsLeft = Long.MAX_VALUE;
  private String lastCall = "";

  /**
   * Begins a process.
   *
   * @param others whether there is always enough space when it asks, and other processes take it
   */
  SimulatedProcess(KvExecutor machine, boolean others) {
    this.machine = machine;
    this.others = others;
  }

  void kill() {
    callsLeft = 0;
  }

  /** Makes it die after so many more calls of its disk. */
  void dieAfter(long calls) {
    callsLeft = Math.min(callsLeft, calls);
  }

  /** Makes it die as soon as a call of a method of its disk, or of a file there, has returned. */
  void dieAfterNext(String method) {
    lastCall = method;
  }

  boolean isDead() {
    return callsLeft == 0;
  }

  /** Returns a disk as this process uses it. */
  Disk disk(Disk disk) {
    return wrap(Disk.class, disk);
  }

  private <T> T wrap(Class<T> type, T target) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          callsLeft -= isDead() ? 0 : 1;
          if (isDead()) {
            throw new Death();
          }
          if (others && method.getName().equals("usableBytes")) {
            return Long.MAX_VALUE;
          }
          try {
            Object result = method.invoke(target, arguments);
            if (method.getName().equals(lastCall)) {
              kill();
            }
            return result instanceof DiskFile file ? wrap(DiskFile.class, file) : result;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private Runnable whileAlive(Runnable task) {
    return () -> {
      if (!isDead()) {
        task.run();
      }
    };
  }

  @Override
  public void execute(Runnable task) {
    machine.execute(whileAlive(task));
  }

  @Override
  public Scheduled schedule(Runnable task, Duration delay) {
    return machine.schedule(whileAlive(task), delay);
  }

  @Override
  public long nanoTime() {
    return machine.nanoTime();
  }
}
