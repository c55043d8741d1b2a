// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The files of a store after a random history, to be damaged: it knows all records in them, and so
 * what must be left of the store when some bytes are changed.
 */
final class StoreImage {
  private static final int STEPS = 900;
  private static final int COLD_KEYS = 200;
  private static final int HOT_KEYS = 8;

  final Path directory;

  /** The files by their names, as they are before any damage. */
  final TreeMap<String, byte[]> files = new TreeMap<>();

  final Map<String, String> contents;
  final List<Stored> records = new ArrayList<>();

  /** A record in a segment; one without a value is a tombstone. */
  record Stored(String file, long offset, long bytes, long sequence, String key, String value) {}

  /** The records that end a batch, by those that need them. */
  private final Map<Stored, Stored> commits = new HashMap<>();

  private StoreImage(Path directory, Map<String, String> contents) {
    this.directory = directory;
    this.contents = contents;
  }

  static KvStore open(SimulatedMachine machine) {
    KvOptions options =
        KvOptions.builder()
            .set("extent.memtableKeys", "16")
            .set("extent.segmentSize", "64KiB")
            .set("extent.spacePercent", "140")
            .build();
    return machine.environment().open("extent", machine.directory(), options);
  }

  static StoreImage of(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    SimulatedMachine machine = new SimulatedMachine(seed, UnaryOperator.identity());
    KvStore store = open(machine);
    for (int i = 0; i < STEPS; i++) {
      byte[] key = key(random);
      byte[] value = bytes("v" + i + "x".repeat(random.nextInt(3000)));
      switch (random.nextInt(14)) {
        case 0, 1 -> store.delete(bytes("k" + random.nextInt(COLD_KEYS)));
        case 3 -> {
          byte[] other = key(random);
          store.write(new KvBatch().put(key, value).delete(other).put(bytes("last"), value));
        }
        case 4, 5 -> machine.executor().runAll();
        case 6 -> {
          if (random.nextInt(40) == 0) {
            run(machine, store.compact());
          }
        }
        case 7 -> {
          if (random.nextInt(8) == 0) {
            store.close();
            store = open(machine);
          }
        }
        case 8 -> {
          if (random.nextInt(8) == 0) {
            SimulatedMachine next = machine.afterKill();
            store.close(); // on the disk that is left behind
            machine = next;
            store = open(machine);
          }
        }
        default -> store.put(key, value);
      }
    }
    StoreImage image = new StoreImage(machine.directory(), contents(store));
    store.close();
    image.read(machine.disk(), machine.environment().describe(image.directory).orElseThrow().id());
    return image;
  }

  /** Some keys are written again and again, so that compactions leave the segments of others. */
  private static byte[] key(SplittableRandom random) {
    return bytes("k" + random.nextInt(random.nextInt(3) == 0 ? COLD_KEYS : HOT_KEYS));
  }

  static KvTask.Result run(SimulatedMachine machine, KvTask task) {
    machine.executor().runAll();
    return task.result();
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static Map<String, String> contents(KvStore store) {
    Map<String, String> contents = new TreeMap<>();
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        contents.put(new String(cursor.key(), UTF_8), new String(cursor.value(), UTF_8));
      }
    }
    return contents;
  }

  private void read(SimulatedDisk disk, String storeId) throws IOException {
    for (String name : disk.list(directory)) {
      files.put(name, disk.contents(directory.resolve(name)));
    }
    StoreFiles store = new StoreFiles(disk, directory, storeId, Mappings.NONE);
    for (Manifest.SegmentEntry entry : Catalog.read(store).segments()) {
      Segment segment = Segment.open(store, entry.id(), entry.kind(), entry.epoch(), entry.end());
      RecordScan scan = new RecordScan(segment, StoreFiles.HEADER_BYTES);
      List<Stored> batch = new ArrayList<>();
      while (scan.next()) {
        Stored record = record(Segment.name(entry.id()), scan);
        if (RecordFormat.isCommit(scan.type())) {
          batch.forEach(member -> commits.put(member, record));
          records.addAll(batch);
          batch.clear();
        } else if (RecordFormat.hasKey(scan.type())) {
          (scan.isInBatch() ? batch : records).add(record);
        }
      }
      segment.close();
    }
  }

  private static Stored record(String file, RecordScan scan) throws IOException {
    long bytes = RecordFormat.HEADER_BYTES + (long) scan.keyBytes() + scan.valueBytes();
    boolean isPut = scan.type() == RecordFormat.PUT;
    return new Stored(
        file,
        scan.offset(),
        bytes,
        scan.sequence(),
        new String(scan.key(), UTF_8),
        isPut ? new String(scan.value(), UTF_8) : "");
  }

  /** Returns the bytes of a file as they are before any damage. */
  byte[] file(String name) {
    return Objects.requireNonNull(files.get(name), name);
  }

  /** Returns what a store must hold of which only some records, and their commits, are intact. */
  Map<String, String> expected(Map<String, byte[]> damaged) {
    Map<String, Stored> newest = new TreeMap<>();
    for (Stored record : records) {
      if (counts(record, damaged)) {
        newest.merge(record.key, record, (one, two) -> one.sequence >= two.sequence ? one : two);
      }
    }
    Map<String, String> expected = new TreeMap<>();
    newest.forEach(
        (key, record) -> {
          if (!record.value.isEmpty()) {
            expected.put(key, record.value);
          }
        });
    return expected;
  }

  boolean counts(Stored record, Map<String, byte[]> damaged) {
    Stored commit = commits.get(record);
    return isIntact(record, damaged) && (commit == null || isIntact(commit, damaged));
  }

  boolean isIntact(Stored record, Map<String, byte[]> damaged) {
    byte[] found = damaged.get(record.file);
    byte[] written = files.get(record.file);
    int from = (int) record.offset;
    int padded = (int) (from + (record.bytes + 7) / 8 * 8);
    return found != null
        && written != null
        && found.length >= padded
        && java.util.Arrays.equals(
            found, from, from + (int) record.bytes, written, from, from + (int) record.bytes);
  }

  /** Puts files into the directory of an empty disk, durably. */
  void restore(Disk disk, Map<String, byte[]> some) {
    try {
      disk.createDirectories(directory);
      for (Path at = directory; at != null && at.getParent() != null; at = at.getParent()) {
        disk.syncDirectory(at.getParent());
      }
      for (Map.Entry<String, byte[]> file : some.entrySet()) {
        try (DiskFile created = disk.create(directory.resolve(file.getKey()))) {
          created.write(0, file.getValue(), 0, file.getValue().length);
          created.force();
        }
      }
      disk.syncDirectory(directory);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
