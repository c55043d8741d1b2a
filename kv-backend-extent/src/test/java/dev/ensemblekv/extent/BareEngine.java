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
import java.util.random.RandomGenerator;

/**
 * The engine opened by itself: no lock, no descriptor, no guard around it, so that a crash state
 * costs nothing but what the engine does.
 */
record BareEngine(KvEnvironment environment, Path directory, boolean isNew, KvOptions options)
    implements KvOpenContext {

  /** Opens the store of a machine, or creates it if a crash left none. */
  static ExtentStore open(SimulatedMachine machine, KvOptions options) {
    return open(machine.environment(), machine.directory(), options);
  }

  static ExtentStore open(KvEnvironment environment, Path directory, KvOptions options) {
    try {
      return Opening.open(
          new BareEngine(environment, directory, prepare(environment.disk(), directory), options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Does what the framework does before; returns whether the store is new. */
  private static boolean prepare(Disk disk, Path directory) throws IOException {
    if (isThere(disk, directory)) {
      return false;
    }
    DiskFiles.deleteTree(disk, directory);
    disk.createDirectories(directory);
    for (Path at = directory; at.getParent() != null; at = at.getParent()) {
      disk.syncDirectory(DiskFiles.parent(at));
    }
    return true;
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
  public Disk disk() {
    return environment.disk();
  }

  @Override
  public KvExecutor executor() {
    return environment.executor();
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
