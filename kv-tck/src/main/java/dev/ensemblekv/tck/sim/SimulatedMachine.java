// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import dev.ensemblekv.spi.KvEnvironment;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * A machine between two boots: a simulated disk, background work run by hand, and the environment
 * that stores are opened in. The same seed gives the same run.
 */
public final class SimulatedMachine {
  private final SimulatedDisk disk;
  private final ManualExecutor executor;
  private final KvEnvironment environment;
  private final long seed;
  private final UnaryOperator<KvEnvironment.Builder> setUp;

  /**
   * Creates a machine.
   *
   * @param setUp adds what stores need besides, such as backends
   */
  public SimulatedMachine(
      SimulatedDisk disk, long seed, UnaryOperator<KvEnvironment.Builder> setUp) {
    this.disk = disk;
    this.seed = seed;
    this.setUp = setUp;
    this.executor = ManualExecutor.shuffled(seed);
    this.environment =
        setUp
            .apply(
                KvEnvironment.builder()
                    .disk(disk)
                    .executor(executor)
                    .clock(executor.clock())
                    .random(new Random(seed)))
            .build();
  }

  /** Creates a machine with an empty disk. */
  public SimulatedMachine(long seed, UnaryOperator<KvEnvironment.Builder> setUp) {
    this(new SimulatedDisk(), seed, setUp);
  }

  /** Returns the disk. */
  public SimulatedDisk disk() {
    return disk;
  }

  /** Returns the executor of background work. */
  public ManualExecutor executor() {
    return executor;
  }

  /** Returns the environment. */
  public KvEnvironment environment() {
    return environment;
  }

  /** Returns a directory that is good for a store; it need not exist. */
  public Path directory() {
    return Path.of("/data/store");
  }

  /** Returns this machine after its power went and came back, with the same calls left out. */
  public SimulatedMachine afterCrash(long fateSeed) {
    return next(disk.afterCrash(fateSeed));
  }

  /** Returns this machine with its process killed and started again. */
  public SimulatedMachine afterKill() {
    return next(disk.afterKill());
  }

  private SimulatedMachine next(SimulatedDisk found) {
    found.faults().omitAsBy(disk.faults());
    return new SimulatedMachine(found, seed + 1, setUp);
  }
}
