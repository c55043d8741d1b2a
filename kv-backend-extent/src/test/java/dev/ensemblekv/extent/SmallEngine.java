// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.io.IOException;
import java.nio.file.Path;

/** A small engine on a simulated machine, whose background work is run by hand. */
final class SmallEngine {
  static final KvOptions OPTIONS =
      KvOptions.builder()
          .set(ExtentOptions.ACCESS, ExtentOptions.Access.POSITIONED)
          .set(ExtentOptions.MEMTABLE_KEYS, 16L)
          .set(ExtentOptions.SEGMENT_SIZE, 4096L)
          .set(ExtentOptions.REPLAY_SIZE, 64L << 10)
          .build();

  final SimulatedMachine machine;
  final Path directory;
  final KvOptions options;
  KvStore store;

  SmallEngine(KvOptions options) {
    this(new SimulatedMachine(1, environment -> environment), options);
  }

  SmallEngine(SimulatedMachine machine, KvOptions options) {
    this(machine, machine.directory(), options);
  }

  SmallEngine(SimulatedMachine machine, Path directory, KvOptions options) {
    this.machine = machine;
    this.directory = directory;
    this.options = options;
    this.store = open();
  }

  private KvStore open() {
    return BareEngine.open(machine, directory, machine.disk(), machine.executor(), options);
  }

  /** Goes on with a disk of whose calls somebody is told. */
  void watch(WatchedDisk.Watcher watcher) {
    openOn(WatchedDisk.of(disk(), watcher));
  }

  /** Goes on with something in front of the disk. */
  void openOn(Disk disk) {
    store.close();
    store = BareEngine.open(machine, directory, disk, machine.executor(), options);
  }

  SimulatedDisk disk() {
    return machine.disk();
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static byte[] key(int number) {
    return bytes("key" + number);
  }

  void put(int key, String value) {
    store.put(key(key), bytes(value));
  }

  @org.jspecify.annotations.Nullable
  String get(int key) {
    byte[] value = store.get(key(key));
    return value == null ? null : new String(value, UTF_8);
  }

  void reopen() {
    store.close();
    store = open();
  }

  void work() {
    machine.executor().runAll();
  }

  KvTask.Result compact() {
    return result(store.compact());
  }

  KvTask.Result verify() {
    return result(store.verify());
  }

  private KvTask.Result result(KvTask task) {
    work();
    return task.result();
  }

  long metric(String name) {
    KvStats stats = store.stats();
    return stats.metric(name).orElseThrow().asLong();
  }

  /** Returns the bytes of all files of a kind. */
  long bytesOf(String prefix) {
    try {
      long bytes = 0;
      for (String name : disk().list(directory)) {
        bytes += name.startsWith(prefix) ? disk().contents(path(name)).length : 0;
      }
      return bytes;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
