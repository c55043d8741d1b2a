// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.KvExecutor;
import java.time.Duration;

/**
 * A process on a simulated machine: when it is killed, what it had in mind is not done any more.
 */
final class SimulatedProcess implements KvExecutor {
  private final KvExecutor machine;
  private boolean killed;

  SimulatedProcess(KvExecutor machine) {
    this.machine = machine;
  }

  void kill() {
    killed = true;
  }

  private Runnable whileAlive(Runnable task) {
    return () -> {
      if (!killed) {
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
