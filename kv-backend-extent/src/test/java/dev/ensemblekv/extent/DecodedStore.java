// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stores of which any files have been changed: an input is a list of changes of a store that was
 * closed, or whose process was killed.
 *
 * <p>A change has 12 bytes: file, kind, u32 offset, 48 bits of a value. As the files are those that
 * the present engine writes, an input does not stay what it is: what one finds is to become a test
 * by itself.
 */
final class DecodedStore {
  private static final int CHANGE_BYTES = 12;
  private static final int MOST_CHANGES = 40;
  private static final int KILLED = 2;
  private static final int COPIED_BYTES = 64;
  private static final Pattern NUMBER = Pattern.compile("[-0-9]+");
  private static final DecodedStore CLOSED_STORE = new DecodedStore(false);
  private static final DecodedStore KILLED_STORE = new DecodedStore(true);

  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private final Map<String, String> contents;

  /** Every key with every value that it ever had. */
  private final Set<String> written = new TreeSet<>();

  private DecodedStore(boolean killed) {
    SmallEngine engine = new SmallEngine(SmallEngine.OPTIONS);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200; i++) {
      put(engine, random.nextInt(60), "v" + i + "x".repeat(random.nextInt(200)));
      if (i % 9 == 0) {
        engine.store.delete(SmallEngine.key(random.nextInt(60)));
      }
      if (i % 50 == 49) {
        engine.work();
        engine.store.flush();
      }
    }
    engine.compact();
    for (int i = 0; i < 10; i++) {
      put(engine, i, "last" + i);
    }
    written.add("key3=a");
    engine.store.write(new KvBatch().put(SmallEngine.key(3), SmallEngine.bytes("a")));
    contents = StoreImage.contents(engine.store);
    if (!killed) {
      engine.store.close();
    }
    SimulatedDisk disk = engine.disk().afterKill();
    try {
      for (String name : disk.list(engine.machine.directory())) {
        files.put(name, disk.contents(engine.path(name)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(SmallEngine engine, int key, String value) {
    written.add("key" + key + "=" + value);
    engine.put(key, value);
  }

  static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (byte[] closed : Decoder.inputs(new byte[0])) {
      byte[] killed = closed.clone();
      killed[0] |= KILLED;
      seeds.addAll(List.of(closed, killed));
    }
    return seeds;
  }

  private static DecodedStore of(byte[] input) {
    return (input[0] & KILLED) != 0 ? KILLED_STORE : CLOSED_STORE;
  }

  private SimulatedMachine changed(byte[] input) throws IOException {
    TreeMap<String, byte[]> changed = new TreeMap<>();
    files.forEach((name, bytes) -> changed.put(name, bytes.clone()));
    List<String> names = new ArrayList<>(files.keySet());
    int end = Math.min(input.length, 1 + MOST_CHANGES * CHANGE_BYTES);
    for (int at = 1; at + CHANGE_BYTES <= end; at += CHANGE_BYTES) {
      String name = names.get(Byte.toUnsignedInt(input[at]) % names.size());
      String other = names.get(Byte.toUnsignedInt(input[at + 6]) % names.size());
      if (changed.containsKey(name)) {
        change(changed, name, other, input, at);
      }
    }
    SimulatedMachine machine = new SimulatedMachine(1, environment -> environment);
    machine.disk().createDirectories(machine.directory());
    StoreFiles store =
        new StoreFiles(machine.disk(), machine.directory(), DecodedFiles.STORE_ID, Mappings.NONE);
    for (Map.Entry<String, byte[]> file : changed.entrySet()) {
      byte[] bytes = file.getValue();
      DecodedFiles.put(
          store,
          file.getKey(),
          Decoder.isSealed(input) ? sealed(store, file.getKey(), bytes) : bytes);
    }
    return machine;
  }

  private static void change(
      Map<String, byte[]> files, String name, String other, byte[] input, int at) {
    byte[] bytes = files.getOrDefault(name, new byte[0]);
    long value = LittleEndian.getLong(input, at + 4) >> 16;
    int room = bytes.length - Long.BYTES;
    int offset = room < 1 ? 0 : Integer.remainderUnsigned(LittleEndian.getInt(input, at + 2), room);
    switch (input[at + 1] & 15) {
      case 0 -> files.put(name, Arrays.copyOf(bytes, offset));
      case 1 -> {
        if (!name.equals(Manifest.NAME)) { // without it there is no store
          files.remove(name);
        }
      }
      case 2 -> files.put(name, files.getOrDefault(other, bytes).clone());
      case 3, 4, 5, 6 -> files.put(name, withNumber(bytes, offset, value));
      default -> {
        if (room > 0) {
          changeInPlace(bytes, input[at + 1] & 15, offset, value);
        }
      }
    }
  }

  private static void changeInPlace(byte[] bytes, int kind, int offset, long value) {
    switch (kind) {
      case 7 -> LittleEndian.putInt(bytes, offset & -4, (int) value);
      case 8 -> LittleEndian.putLong(bytes, offset & -8, value);
      case 9 -> {
        int from = (int) Long.remainderUnsigned(value, bytes.length) & -8;
        int length = Math.min(COPIED_BYTES, bytes.length - Math.max(from, offset & -8));
        System.arraycopy(bytes, from, bytes, offset & -8, length);
      }
      default -> bytes[offset] ^= (byte) (1 << (value & 7));
    }
  }

  /** Changes a number of a text. */
  private static byte[] withNumber(byte[] bytes, int offset, long value) {
    String text = new String(bytes, ISO_8859_1);
    Matcher matcher = NUMBER.matcher(text);
    return matcher.find(offset)
        ? (text.substring(0, matcher.start()) + value + text.substring(matcher.end()))
            .getBytes(ISO_8859_1)
        : bytes;
  }

  private static byte[] sealed(StoreFiles store, String name, byte[] bytes) {
    if (name.equals(Manifest.NAME)) {
      return Sealing.text(bytes);
    }
    if (bytes.length >= StoreFiles.HEADER_BYTES) {
      Seal seal = store.seal(StoreFiles.epoch(bytes), LittleEndian.getInt(bytes, 32));
      if (name.startsWith("run-")) {
        Sealing.run(bytes, seal);
      } else {
        Sealing.segment(bytes, seal);
      }
    }
    return bytes;
  }

  static void open(byte[] input) throws IOException {
    DecodedStore original = of(input);
    SimulatedMachine machine = original.changed(input);
    ExtentStore store = BareEngine.open(machine, SmallEngine.OPTIONS);
    try {
      attempt(() -> original.check(store, input));
      attempt(store::size);
      for (int key = 0; key < 60; key += 7) {
        byte[] name = SmallEngine.key(key);
        attempt(() -> original.checkValue(name, store.get(name), input));
      }
      attempt(() -> result(machine, store.verify()));
      attempt(() -> store.put(SmallEngine.key(1), SmallEngine.bytes("new")));
      attempt(store::flush);
      attempt(() -> result(machine, store.compact()));
      attempt(() -> store.get(SmallEngine.key(2)));
    } finally {
      attempt(store::close);
    }
  }

  /** What may be refused. */
  private static void attempt(Runnable action) {
    try {
      action.run();
    } catch (KvException e) {
      // As it should be.
    }
  }

  private static KvTask.Result result(SimulatedMachine machine, KvTask task) {
    machine.executor().runAll();
    return task.result();
  }

  /** What the checksums let through is what was written. */
  private void check(KvStore store, byte[] input) {
    Map<String, String> found = StoreImage.contents(store);
    if (!Decoder.isSealed(input)) {
      found.forEach((key, value) -> assertThat(written).contains(key + "=" + value));
      if ((input[0] & KILLED) == 0) { // else it may be a torn tail
        assertThat(found).isEqualTo(contents);
      }
    }
  }

  private void checkValue(
      byte[] key, byte @org.jspecify.annotations.Nullable [] value, byte[] input) {
    if (value != null && !Decoder.isSealed(input)) {
      assertThat(written)
          .contains(new String(key, ISO_8859_1) + "=" + new String(value, ISO_8859_1));
    }
  }

  static void repair(byte[] input) throws IOException {
    DecodedStore original = of(input);
    SimulatedMachine machine = original.changed(input);
    BareEngine context =
        new BareEngine(
            machine.disk(),
            machine.executor(),
            machine.environment(),
            machine.directory(),
            SmallEngine.OPTIONS);
    KvTask task =
        KvTask.start(
            machine.executor(), "repair", "bytes", progress -> Repair.run(context, progress));
    result(machine, task);
    try (ExtentStore store = BareEngine.open(machine, SmallEngine.OPTIONS)) {
      Map<String, String> found = StoreImage.contents(store);
      assertThat(result(machine, store.verify()).problems()).isEmpty();
      if (!Decoder.isSealed(input)) {
        found.forEach((key, value) -> assertThat(original.written).contains(key + "=" + value));
      }
    } catch (KvException e) {
      throw new AssertionError("what was repaired is refused", e);
    }
  }
}
