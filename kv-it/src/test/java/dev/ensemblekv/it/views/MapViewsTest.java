// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCodecs;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvViews;
import dev.ensemblekv.spi.FilterKvStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;

/** What the maps do beyond the interfaces of the JDK. */
@ParameterizedClass
@FieldSource("dev.ensemblekv.it.views.OpenStores#SPECS")
class MapViewsTest {
  private static final int PAGE = 512;
  private static final int MANY_PAGES = 4 * PAGE;

  @TempDir Path directory;

  private final String spec;
  private KvStore store;
  private ConcurrentNavigableMap<Long, String> numbers;

  MapViewsTest(String spec) {
    this.spec = spec;
  }

  @BeforeEach
  void open() {
    store = OpenStores.open(spec, directory);
    numbers = KvViews.navigableMap(store, KvCodecs.LONG, KvCodecs.UTF_8);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void iteratesOverManyPagesInOrderBothWays() {
    fill();
    List<Long> all = LongStream.range(-MANY_PAGES / 2, MANY_PAGES / 2).boxed().toList();
    List<Long> reversed = new ArrayList<>(all);
    Collections.reverse(reversed);

    assertThat(numbers.keySet()).containsExactlyElementsOf(all);
    assertThat(numbers.descendingKeySet()).containsExactlyElementsOf(reversed);
    assertThat(numbers.subMap(-700L, false, 700L, true).keySet())
        .containsExactlyElementsOf(all.subList(MANY_PAGES / 2 - 699, MANY_PAGES / 2 + 701));
    assertThat(numbers.subMap(-700L, false, 700L, true)).hasSize(1400);
    assertThat(unordered().keySet()).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void showsWhatStaysExactlyOnceWhileOthersComeAndGo() {
    fill();
    List<Long> seen = new ArrayList<>();
    for (Map.Entry<Long, String> entry : numbers.entrySet()) {
      long key = entry.getKey();
      seen.add(key);
      if (key % 2 == 0) {
        numbers.remove(key - 1);
        numbers.remove(key + 2 * PAGE + 1);
        numbers.put(key, "again");
      }
    }
    assertThat(seen).doesNotHaveDuplicates().isSorted();
    assertThat(seen.stream().filter(key -> key % 2 == 0)).hasSize(MANY_PAGES / 2);
    assertThat(seen).hasSizeLessThan(MANY_PAGES);
  }

  @Test
  void anAbandonedIteratorLeavesNoCursorOpen() {
    fill();
    numbers.entrySet().iterator().next();
    numbers.descendingKeySet().iterator().next();
    numbers.values().iterator().next();
    unordered().entrySet().iterator().next();
    assertThat(store.stats().metric("openCursors").orElseThrow().asLong()).isZero();
  }

  @Test
  void aFailedReadIsNotTheEnd() {
    fill();
    KvStore failing = new FailingAfter(MANY_PAGES / 2, store);
    for (KvStore each : List.of(failing, OpenStores.without(KvFeature.ORDERED, failing))) {
      Iterator<Long> keys = KvViews.map(each, KvCodecs.LONG, KvCodecs.UTF_8).keySet().iterator();
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> keys.forEachRemaining(key -> {}))
            .isInstanceOf(CorruptionException.class);
      }
    }
  }

  @Test
  void anEntryWritesThroughAndCanThenBeRemoved() {
    numbers.put(1L, "one");
    Iterator<Map.Entry<Long, String>> entries = numbers.entrySet().iterator();
    Map.Entry<Long, String> entry = entries.next();

    assertThat(entry.setValue("uno")).isEqualTo("one");
    assertThat(entry.getValue()).isEqualTo("uno");
    assertThat(numbers).containsEntry(1L, "uno");

    entries.remove();
    assertThat(numbers).isEmpty();
  }

  @Test
  void removingAnEntryLeavesAValueThatWasNotSeen() {
    numbers.put(1L, "one");
    Iterator<String> values = numbers.values().iterator();
    values.next();
    numbers.put(1L, "newer");
    values.remove();
    assertThat(numbers).containsEntry(1L, "newer");

    numbers
        .entrySet()
        .removeIf(
            entry -> {
              numbers.put(entry.getKey(), "newest");
              return true;
            });
    assertThat(numbers).containsEntry(1L, "newest");

    Iterator<Long> keys = numbers.keySet().iterator();
    keys.next();
    numbers.put(1L, "whatever");
    keys.remove();
    assertThat(numbers).isEmpty();
  }

  @Test
  void noUpdateOfManyThreadsIsLost() {
    int threads = 4;
    long rounds = 300;
    Concurrently.run(
        threads,
        thread -> {
          for (long i = 0; i < rounds; i++) {
            numbers.merge(i % 3, "x", String::concat);
            numbers.compute(i % 3, (key, old) -> old + "y");
          }
        });
    assertThat(numbers.values())
        .hasSize(3)
        .allMatch(text -> text.length() == 2L * threads * rounds / 3);
  }

  @Test
  void everyValueIsReplacedOrRemovedOnce() {
    List<String> written = Collections.synchronizedList(new ArrayList<>());
    List<String> gone = Collections.synchronizedList(new ArrayList<>());
    Concurrently.run(
        4,
        thread -> {
          for (int i = 0; i < 2000; i++) {
            String value = thread + "." + i;
            boolean wrote = true;
            String old = null;
            switch (i % 4) {
              case 0 -> old = numbers.put(1L, value);
              case 1 -> wrote = (old = numbers.replace(1L, value)) != null;
              case 2 -> wrote = numbers.putIfAbsent(1L, value) == null;
              default -> {
                old = numbers.remove(1L);
                wrote = false;
              }
            }
            if (wrote) {
              written.add(value);
            }
            if (old != null) {
              gone.add(old);
            }
          }
        });
    String last = numbers.get(1L);
    if (last != null) {
      gone.add(last);
    }
    assertThat(gone).containsExactlyInAnyOrderElementsOf(written);
  }

  @Test
  void whatIsPolledIsPolledOnce() {
    fill();
    List<Long> polled = Collections.synchronizedList(new ArrayList<>());
    Concurrently.run(
        4,
        thread -> {
          Map.Entry<Long, String> entry;
          while ((entry = thread % 2 == 0 ? numbers.pollFirstEntry() : numbers.pollLastEntry())
              != null) {
            polled.add(entry.getKey());
          }
        });
    assertThat(polled).hasSize(MANY_PAGES).doesNotHaveDuplicates();
    assertThat(numbers).isEmpty();
  }

  @Test
  void aStreamBearsWritersMeanwhile() {
    fill();
    List<Long> keys =
        numbers.keySet().stream()
            .peek(key -> numbers.remove(key + 2 * PAGE))
            .collect(Collectors.toList());
    assertThat(keys).isSorted().hasSizeLessThan(MANY_PAGES);
    assertThat(numbers.entrySet().spliterator().getExactSizeIfKnown()).isNegative();
    assertThat(numbers.values().spliterator().getExactSizeIfKnown()).isNegative();
    assertThat(numbers.keySet().spliterator().getExactSizeIfKnown()).isNegative();
  }

  @Test
  void sortsNumbersByValueAndStringsByCodePoint() {
    for (long number : new long[] {3, -1, Long.MAX_VALUE, 0, Long.MIN_VALUE, 256, -256}) {
      numbers.put(number, "");
    }
    assertThat(numbers.keySet())
        .containsExactly(Long.MIN_VALUE, -256L, -1L, 0L, 3L, 256L, Long.MAX_VALUE);
    numbers.clear();

    ConcurrentNavigableMap<String, String> strings =
        KvViews.navigableMap(store, KvCodecs.UTF_8, KvCodecs.UTF_8);
    for (String text : List.of("\uFF5E", "\uD83D\uDE00", "a", "ab", "\u00E9")) {
      strings.put(text, "");
    }
    assertThat(strings.keySet()).containsExactly("a", "ab", "\u00E9", "\uFF5E", "\uD83D\uDE00");
    TreeMap<String, String> copy = new TreeMap<>(strings);
    assertThat(copy.keySet()).containsExactlyElementsOf(strings.keySet());
  }

  @Test
  void boundsNeedNotBePresentNorLegalKeys() {
    ConcurrentNavigableMap<String, String> strings =
        KvViews.navigableMap(store, KvCodecs.UTF_8, KvCodecs.UTF_8);
    strings.put("b", "1");
    strings.put("d", "2");
    String tooLong = "c".repeat(store.limits().maxKeyBytes() + 1);

    assertThat(strings.headMap("")).isEmpty();
    assertThat(strings.tailMap("", false)).hasSize(2);
    assertThat(strings.tailMap("", true).descendingMap().keySet()).containsExactly("d", "b");
    assertThat(strings.headMap(tooLong).keySet()).containsExactly("b");
    assertThat(strings.higherKey(tooLong)).isEqualTo("d");
    assertThat(strings.subMap("c", "d")).isEmpty();
  }

  @Test
  void aPartRefusesWhatLiesOutsideIt() {
    numbers.put(9L, "nine");
    ConcurrentNavigableMap<Long, String> part = numbers.subMap(1L, false, 5L, true);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> part.put(9L, ""))
        .withMessageContaining("9");
    assertThatIllegalArgumentException().isThrownBy(() -> part.putAll(Map.of(1L, "")));
    assertThatIllegalArgumentException().isThrownBy(() -> part.putIfAbsent(1L, ""));
    assertThatIllegalArgumentException().isThrownBy(() -> part.replace(9L, ""));
    assertThatIllegalArgumentException().isThrownBy(() -> part.replace(9L, "nine", ""));
    assertThatIllegalArgumentException().isThrownBy(() -> part.tailMap(6L));
    assertThatIllegalArgumentException().isThrownBy(() -> part.tailMap(1L, true));
    assertThatIllegalArgumentException().isThrownBy(() -> part.descendingMap().headMap(0L, false));
    assertThatIllegalArgumentException().isThrownBy(() -> numbers.subMap(2L, 1L));
    assertThat(part.tailMap(1L, false).headMap(5L, true)).isEmpty();
    assertThat(part.get(9L)).isNull();
    assertThat(part.remove(9L)).isNull();
    assertThat(part.remove(9L, "nine")).isFalse();
    assertThat(part.entrySet().contains(Map.entry(9L, "nine"))).isFalse();
    assertThat(part.lastEntry()).isNull();
    part.clear();
    assertThat(numbers).containsExactly(Map.entry(9L, "nine"));
  }

  @Test
  void aKeyThatNoStoreHoldsIsAbsentAndCannotBePut() {
    ConcurrentMap<String, String> map = KvViews.map(store, KvCodecs.UTF_8, KvCodecs.UTF_8);
    String tooLong = "x".repeat(store.limits().maxKeyBytes() + 1);
    for (String key : List.of("", tooLong)) {
      assertThat(map.get(key)).isNull();
      assertThat(map.containsKey(key)).isFalse();
      assertThat(map.remove(key)).isNull();
      assertThat(map.remove(key, "")).isFalse();
      assertThatIllegalArgumentException().isThrownBy(() -> map.put(key, ""));
      assertThatIllegalArgumentException().isThrownBy(() -> map.putIfAbsent(key, ""));
      assertThatIllegalArgumentException().isThrownBy(() -> map.replace(key, ""));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> map.get("\uD800"));
    Object number = 1;
    assertThatThrownBy(() -> map.get(number)).isInstanceOf(ClassCastException.class);
  }

  @Test
  void comparesArraysByTheirContents() {
    ConcurrentMap<byte[], byte[]> map = KvViews.map(store, KvCodecs.BYTES, KvCodecs.BYTES);
    map.put(new byte[] {1}, new byte[] {2});
    assertThat(map.containsValue(new byte[] {2})).isTrue();
    assertThat(map.entrySet().contains(Map.entry(new byte[] {1}, new byte[] {2}))).isTrue();
    assertThat(map.replace(new byte[] {1}, new byte[] {2}, new byte[] {3})).isTrue();
    assertThat(map.remove(new byte[] {1}, new byte[] {2})).isFalse();
    assertThat(map.remove(new byte[] {1}, new byte[] {3})).isTrue();
  }

  @Test
  void withoutCompareAndSetItReadsAndWritesButDoesNotCompare() {
    ConcurrentNavigableMap<Long, String> map =
        KvViews.navigableMap(
            OpenStores.without(KvFeature.COMPARE_AND_SET, store), KvCodecs.LONG, KvCodecs.UTF_8);
    assertThat(map.put(1L, "one")).isNull();
    assertThat(map.put(1L, "uno")).isEqualTo("one");
    assertThat(map.put(2L, "two")).isNull();
    assertThat(map.remove(2L)).isEqualTo("two");
    assertThat(map.remove(2L)).isNull();

    assertUnsupported(() -> map.putIfAbsent(3L, ""));
    assertUnsupported(() -> map.replace(1L, "uno", ""));
    assertUnsupported(() -> map.replace(1L, ""));
    assertUnsupported(() -> map.remove(1L, "uno"));
    assertUnsupported(() -> map.compute(1L, (key, value) -> ""));
    assertUnsupported(() -> map.computeIfAbsent(3L, key -> ""));
    assertUnsupported(() -> map.merge(1L, "", String::concat));
    assertUnsupported(map::pollFirstEntry);
    assertUnsupported(() -> map.entrySet().remove(Map.entry(1L, "uno")));
    assertThat(map).containsExactly(Map.entry(1L, "uno"));

    assertThat(map.values().removeIf("uno"::equals)).isTrue();
    assertThat(map).isEmpty();
  }

  @Test
  void withoutOrderThereIsNoNavigableMap() {
    KvStore unordered = OpenStores.without(KvFeature.ORDERED, store);
    assertUnsupported(() -> KvViews.navigableMap(unordered, KvCodecs.LONG, KvCodecs.UTF_8));
  }

  @Test
  void theSizeIsThatOfTheStoreAsFarAsAnIntegerGoes() {
    KvStore huge =
        new FilterKvStore(store) {
          @Override
          public long size() {
            return 1L << 40;
          }
        };
    assertThat(KvViews.map(huge, KvCodecs.LONG, KvCodecs.UTF_8).size())
        .isEqualTo(Integer.MAX_VALUE);
  }

  private void fill() {
    for (long i = 0; i < MANY_PAGES; i++) {
      numbers.put(i - MANY_PAGES / 2, "value " + i);
    }
  }

  private ConcurrentMap<Long, String> unordered() {
    return KvViews.map(OpenStores.without(KvFeature.ORDERED, store), KvCodecs.LONG, KvCodecs.UTF_8);
  }

  private static void assertUnsupported(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(UnsupportedOperationException.class);
  }

  /** A store whose cursors fail once so many keys have been read in all, and ever after. */
  private static final class FailingAfter extends FilterKvStore {
    private int keysLeft;

    FailingAfter(int keys, KvStore inner) {
      super(inner);
      this.keysLeft = keys;
    }

    @Override
    public KvCursor iterate() {
      return new FailingCursor(super.iterate());
    }

    @Override
    public KvCursor scan(KeyRange range) {
      return new FailingCursor(super.scan(range));
    }

    private final class FailingCursor implements KvCursor {
      private final KvCursor cursor;

      FailingCursor(KvCursor cursor) {
        this.cursor = cursor;
      }

      @Override
      public boolean next() {
        if (keysLeft-- <= 0) {
          throw new CorruptionException("made to fail", (@Nullable Path) null, null);
        }
        return cursor.next();
      }

      @Override
      public byte[] key() {
        return cursor.key();
      }

      @Override
      public byte[] value() {
        return cursor.value();
      }

      @Override
      public void close() {
        cursor.close();
      }
    }
  }
}
