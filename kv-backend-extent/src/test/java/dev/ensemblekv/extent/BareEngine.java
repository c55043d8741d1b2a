// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.KvExecutor;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The engine opened by itself: no lock, no descriptor, no guard around it, so that a crash state
 * costs nothing but what the engine does.
 */
record BareEngine(
    Disk disk, KvExecutor executor, KvEnvironment environment, Path directory, KvOptions options)
    implements KvOpenContext {

  /** Opens the store of a machine, or creates it if a crash left none. */
  static ExtentStore open(SimulatedMachine machine, KvOptions options) {
    return open(machine, machine.disk(), machine.executor(), options);
  }

  static ExtentStore open(
      SimulatedMachine machine, Disk disk, KvExecutor executor, KvOptions options) {
    return open(machine, machine.directory(), disk, executor, options);
  }

  static ExtentStore open(
      SimulatedMachine machine, Path directory, Disk disk, KvExecutor executor, KvOptions options) {
    BareEngine engine = new BareEngine(disk, executor, machine.environment(), directory, options);
    try {
      if (engine.isNew()) {
        create(machine.disk(), directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Opening.open(engine);
  }

  private static void create(Disk disk, Path directory) throws IOException {
    DiskFiles.deleteTree(disk, directory);
    disk.createDirectories(directory);
    for (Path at = directory; at.getParent() != null; at = at.getParent()) {
      disk.syncDirectory(DiskFiles.parent(at));
    }
  }

  @Override
  public boolean isNew() {
    return !isThere(disk, directory);
  }

  static boolean isThere(Disk disk, Path directory) {
    return disk.exists(directory.resolve(Manifest.NAME));
  }

  @Override
  public String spec() {
    return "extent";
  }

  @Override
  public String storeName() {
    return "store";
  }

  @Override
  public String storeId() {
    return "0123456789abcdef0123456789abcdef";
  }

  @Override
  public boolean isReadOnly() {
    return option(KvOptions.READ_ONLY);
  }

  @Override
  public Clock clock() {
    return environment.clock();
  }

  @Override
  public RandomGenerator random() {
    return environment.random();
  }

  @Override
  public OptionalLong hashSeed() {
    return OptionalLong.empty();
  }

  @Override
  public KvOpenContext withInnerHashSeed(long seed) {
    throw nothingInside();
  }

  @Override
  public KvStore copyInner(Path original, Path at, String name, Consumer<Path> copying) {
    throw nothingInside();
  }

  @Override
  public KvBackend innerBackend() {
    throw nothingInside();
  }

  @Override
  public String innerSpec() {
    throw nothingInside();
  }

  @Override
  public KvStore openInner() {
    throw nothingInside();
  }

  @Override
  public KvStore createInner(Path at, String name) {
    throw nothingInside();
  }

  @Override
  public KvStore openInner(Path at, String name) {
    throw nothingInside();
  }

  @Override
  public KvTask.Body repairInner(Path at, String name) {
    throw nothingInside();
  }

  @Override
  public void destroyInner(Path at) {
    throw nothingInside();
  }

  @Override
  public KvTask checkpoint(Path at, String unit, KvTask.Body copying) {
    throw nothingInside();
  }

  private static IllegalStateException nothingInside() {
    return new IllegalStateException("there is nothing but the engine");
  }
}
