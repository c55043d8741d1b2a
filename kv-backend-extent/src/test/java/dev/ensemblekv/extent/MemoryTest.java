// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory that the newest part of the index takes, and what happens where there is none. */
class MemoryTest {
  /** Half a region of the smallest heaps: what is greater must stand in whole regions. */
  private static final long HALF_REGION_BYTES = 512 << 10;

  /** Where the faulty engine finds no memory for a greater table. */
  static volatile boolean isShort;

  /** Returns the bytes of all arrays that an object of this package holds. */
  private static List<Long> arrays(Object root) {
    List<Long> bytes = new ArrayList<>();
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> left = new ArrayDeque<>(List.of(root));
    while (!left.isEmpty()) {
      Object next = left.pop();
      if (!seen.add(next)) {
        continue;
      }
      if (next.getClass().isArray()) {
        boolean words = next instanceof long[];
        bytes.add(Array.getLength(next) * (words ? 8L : 4));
        for (int i = 0; !words && i < Array.getLength(next); i++) {
          left.push(Array.get(next, i));
        }
      } else if (next.getClass().getPackage().equals(Memtable.class.getPackage())) {
        pushFields(next, left);
      }
    }
    return bytes;
  }

  private static void pushFields(Object object, Deque<Object> left) {
    for (Field field : object.getClass().getDeclaredFields()) {
      try {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          field.setAccessible(true);
          Object value = field.get(object);
          if (value != null) {
            left.push(value);
          }
        }
      } catch (IllegalAccessException e) {
        throw new LinkageError("a field of this package cannot be read", e);
      }
    }
  }

  private static Memtable memtable(long keys) {
    Memtable memtable = new Memtable();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 1; i <= keys; i++) {
      memtable.reserve(1, 1);
      memtable.enter(
          new KeyHash(random.nextLong(), random.nextInt()), Location.ofValue(1, i * 64L, 64));
    }
    return memtable;
  }

  @Test
  void aFullMemtableHasNoGreatArrays() {
    List<Long> arrays = arrays(memtable(ExtentOptions.MEMTABLE_KEYS.defaultValue()));
    assertThat(arrays).hasSizeGreaterThan(20).allMatch(bytes -> bytes < HALF_REGION_BYTES / 2);
    assertThat(arrays.stream().mapToLong(Long::longValue).sum()).isBetween(8L << 20, 13L << 20);
  }

  @Test
  void anEmptyMemtableTakesKilobytes() {
    assertThat(arrays(memtable(0)).stream().mapToLong(Long::longValue).sum()).isLessThan(4 << 10);
  }

  /** What an engine does of which the memtable finds no memory to grow. */
  static final class WithoutMemory implements Runnable {
    private final SmallEngine engine =
        new SmallEngine(
            SmallEngine.OPTIONS.toBuilder().set(ExtentOptions.MEMTABLE_KEYS, 1000L).build());

    @Override
    public void run() {
      isShort = true;
      int stored = fill();
      KvBatch batch = new KvBatch();
      for (int key = stored; key < 2 * stored; key++) {
        batch.put(SmallEngine.key(key), SmallEngine.bytes("never"));
      }
      assertThatThrownBy(() -> engine.store.write(batch)).isInstanceOf(OutOfMemoryError.class);

      isShort = false;
      checkHas(engine.store, stored);
      assertThat(engine.store.stats().state()).isEqualTo(KvState.OPEN);
      engine.put(stored, "v" + stored);
      try (KvStore killed = BareEngine.open(engine.machine.afterKill(), engine.options)) {
        checkHas(killed, stored + 1);
      }
    }

    private int fill() {
      for (int key = 0; key < 1000; key++) {
        try {
          engine.put(key, "v" + key);
        } catch (OutOfMemoryError e) {
          return key;
        }
      }
      throw new AssertionError("there is memory");
    }

    private void checkHas(KvStore store, int keys) {
      assertThat(store.size()).isEqualTo(keys);
      for (int key = 0; key < keys; key++) {
        assertThat(store.get(SmallEngine.key(key))).isEqualTo(SmallEngine.bytes("v" + key));
      }
    }
  }

  @Test
  void aWriteForWhichThereIsNoMemoryChangesNothingAndTheStoreGoesOn(@TempDir Path scratch) {
    Mutant.of(
            scratch,
            "Slots",
            "this.places = places;",
            "if (places > 64 && MemoryTest.isShort) { throw new OutOfMemoryError(); }"
                + " this.places = places;")
        .make(WithoutMemory.class, Runnable.class)
        .run();
  }
}
