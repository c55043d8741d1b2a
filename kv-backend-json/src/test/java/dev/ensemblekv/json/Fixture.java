// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.sim.ManualExecutor;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A JSON store on a simulated machine, whose time the test moves. */
final class Fixture {
  private static final long SEED = 42;

  final SimulatedMachine machine;

  Fixture() {
    this(new SimulatedMachine(SEED, UnaryOperator.identity()));
  }

  Fixture(SimulatedMachine machine) {
    this.machine = machine;
  }

  SimulatedDisk disk() {
    return machine.disk();
  }

  ManualExecutor executor() {
    return machine.executor();
  }

  Path file() {
    return machine.directory().resolve("data.json");
  }

  KvStore open() {
    return open(KvOptions.defaults());
  }

  KvStore open(KvOptions options) {
    return machine.environment().open("json", machine.directory(), options);
  }

  /** Opens the store with one option. */
  KvStore open(String option, String value) {
    return open(KvOptions.builder().set(option, value).build());
  }

  /** Lets time pass, and what is due in it run. */
  void pass(long millis) {
    executor().advance(Duration.ofMillis(millis));
  }

  /** Returns the pairs that the next process finds if this one is killed now. */
  Map<String, String> afterKill() {
    return new Fixture(machine.afterKill()).stored();
  }

  /** Returns the pairs that are found if the power goes now. */
  Map<String, String> afterCrash(long fateSeed) {
    return new Fixture(machine.afterCrash(fateSeed)).stored();
  }

  private Map<String, String> stored() {
    try (KvStore store = open()) {
      return pairs(store);
    }
  }

  /** Returns the text of the data file. */
  String text() throws IOException {
    return new String(disk().contents(file()), UTF_8);
  }

  /** Replaces the data file. */
  void damage(String text) throws IOException {
    disk().damage(file(), bytes(text));
  }

  /** Edits the data file as people do, who remove the line with the checksum. */
  void edit(String from, String to) throws IOException {
    String text = text().replaceFirst(" *\"crc32c\".*\n", "");
    if (!text.contains(from)) {
      throw new AssertionError("there is no " + from + " in " + text);
    }
    damage(text.replace(from, to));
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static void put(KvStore store, String key, String value) {
    store.put(bytes(key), bytes(value));
  }

  static Map<String, String> pairs(KvStore store) {
    Map<String, String> pairs = new TreeMap<>();
    store.forEach(
        (key, value) -> {
          pairs.put(new String(key, UTF_8), new String(value, UTF_8));
          return true;
        });
    return pairs;
  }

  /** Returns the exact pairs, in order. */
  static Map<byte[], byte[]> exactPairs(KvStore store) {
    Map<byte[], byte[]> pairs = new TreeMap<>(Arrays::compareUnsigned);
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        pairs.put(cursor.key(), cursor.value());
      }
    }
    return pairs;
  }

  static long metric(KvStore store, String name) {
    return store.stats().metric(name).map(KvMetric::asLong).orElseThrow();
  }
}
