// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.views;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.FullScan;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCollection;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvViews;
import dev.ensemblekv.spi.FilterKvStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;

@ParameterizedClass
@FieldSource("dev.ensemblekv.it.views.OpenStores#SPECS")
class KvCollectionTest {
  @TempDir Path directory;

  private final String spec;
  private KvStore store;
  private KvCollection artists;

  KvCollectionTest(String spec) {
    this.spec = spec;
  }

  @BeforeEach
  void open() {
    store = OpenStores.open(spec, directory);
    artists = KvViews.collection(store, "artist");
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void keepsItsPairsUnderItsNameAndASlash() {
    artists.put("daft_punk", bytes("around the world"));
    artists.put("daft_punk/live", bytes("alive"));

    assertThat(store.get(bytes("artist/daft_punk"))).asString(UTF_8).isEqualTo("around the world");
    assertThat(store.exists(bytes("artist/daft_punk/live"))).isTrue();
    assertThat(artists.get("daft_punk")).asString(UTF_8).isEqualTo("around the world");
    assertThat(artists.exists("daft_punk")).isTrue();
    assertThat(artists.names()).containsExactly("daft_punk", "daft_punk/live");

    artists.delete("daft_punk");
    assertThat(artists.get("daft_punk")).isNull();
    assertThat(artists.exists("daft_punk")).isFalse();
    assertThat(artists.size()).isEqualTo(1);
  }

  @Test
  void hasNothingToDoWithItsNeighbours() {
    List<String> neighbours = List.of("artist2", "artis", "artist/x", "artist%2Fx", "artist0", "a");
    artists.put("me", bytes("1"));
    for (String neighbour : neighbours) {
      KvViews.collection(store, neighbour).put("them", bytes("2"));
    }
    store.put(bytes("artist"), bytes("3"));
    store.put(bytes("artist0"), bytes("3"));

    assertThat(artists.getAll()).containsOnlyKeys("me");
    artists.deleteAll();
    assertThat(artists.getAll()).isEmpty();
    for (String neighbour : neighbours) {
      assertThat(KvViews.collection(store, neighbour).names()).containsExactly("them");
    }
    assertThat(store.size()).isEqualTo(neighbours.size() + 2);
  }

  @Test
  void agreesWithMapsOfRandomNames() {
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    List<String> names = List.of("a", "a/", "a/b", "a%2Fb", "a%", "%", "/", "ab", "a0", "a.");
    Map<String, SortedMap<String, String>> model = new TreeMap<>();
    for (int i = 0; i < 500; i++) {
      String collection = names.get(random.nextInt(names.size()));
      String name = names.get(random.nextInt(names.size()));
      String value = Integer.toString(i);
      KvViews.collection(store, collection).put(name, bytes(value));
      model.computeIfAbsent(collection, key -> new TreeMap<>()).put(name, value);
    }
    model.forEach(
        (collection, expected) -> {
          SortedMap<String, String> actual = new TreeMap<>();
          KvViews.collection(store, collection)
              .getAll()
              .forEach((name, value) -> actual.put(name, new String(value, UTF_8)));
          assertThat(actual).as("seed %d, collection %s", seed, collection).isEqualTo(expected);
          assertThat(KvViews.collection(store, collection).names())
              .as("seed %d, collection %s", seed, collection)
              .containsExactlyElementsOf(expected.keySet());
        });
  }

  @Test
  void visitsUntilTold() {
    for (int i = 0; i < 9; i++) {
      artists.put("name" + i, new byte[] {(byte) i});
    }
    List<String> seen = new ArrayList<>();
    artists.forEach(
        (name, value) -> {
          seen.add(name + "=" + value[0]);
          artists.delete(name);
          return seen.size() < 3;
        });
    assertThat(seen).containsExactly("name0=0", "name1=1", "name2=2");
    assertThat(artists.size()).isEqualTo(6);
  }

  @Test
  void deletesAllInSmallBatches() {
    List<KvBatch> batches = new ArrayList<>();
    KvStore watched =
        new FilterKvStore(store) {
          @Override
          public void write(KvBatch batch) {
            KvBatch copy = new KvBatch();
            batch.replay(
                new KvBatch.Handler() {
                  @Override
                  public void put(byte[] key, byte[] value) {
                    throw new AssertionError("deleteAll puts");
                  }

                  @Override
                  public void delete(byte[] key) {
                    copy.delete(key);
                  }
                });
            batches.add(copy);
            super.write(batch);
          }
        };
    String longName = "x".repeat(400);
    for (int i = 0; i < 2500; i++) {
      artists.put(i < 1250 ? "n" + i : longName + i, bytes(""));
    }
    KvViews.collection(store, "other").put("name", bytes(""));

    KvViews.collection(watched, "artist").deleteAll();

    assertThat(artists.names()).isEmpty();
    assertThat(store.size()).isEqualTo(1);
    assertThat(batches)
        .hasSize(3)
        .allMatch(batch -> batch.count() <= 1000 && batch.bytes() <= 300_000);
  }

  @Test
  void bearsWritersWhileItReadsAndDeletes() {
    for (int i = 0; i < 1000; i++) {
      artists.put("stays" + i, bytes(""));
    }
    AtomicInteger running = new AtomicInteger(2);
    Concurrently.run(
        3,
        thread -> {
          if (thread < 2) {
            for (int i = 0; i < 1000; i++) {
              artists.put("comes" + i, bytes(""));
              artists.delete("comes" + i);
              KvViews.collection(store, "artist2").put("n" + thread + i, bytes(""));
            }
            running.decrementAndGet();
          } else {
            do {
              assertThat(artists.names().stream().filter(name -> name.startsWith("stays")))
                  .hasSize(1000);
              KvViews.collection(store, "artist3").deleteAll();
            } while (running.get() > 0);
            artists.deleteAll();
          }
        });
    assertThat(artists.names()).isEmpty();
    assertThat(KvViews.collection(store, "artist2").size()).isEqualTo(2000);
  }

  @Test
  void readsAWholeStoreOnlyIfItMay() {
    artists.put("daft_punk", bytes("1"));
    KvViews.collection(store, "artist2").put("other", bytes("2"));
    KvStore unordered = OpenStores.without(KvFeature.ORDERED, store);

    KvCollection refusing = KvViews.collection(unordered, "artist");
    assertThat(refusing.exists("daft_punk")).isTrue();
    List<Runnable> calls =
        List.of(
            refusing::getAll,
            refusing::names,
            refusing::size,
            refusing::deleteAll,
            () -> refusing.forEach((name, value) -> true));
    for (Runnable call : calls) {
      assertThatThrownBy(call::run)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("FullScan.ALLOWED")
          .hasMessageContaining("'artist'");
    }

    KvCollection allowed = KvViews.collection(unordered, "artist", FullScan.ALLOWED);
    assertThat(allowed.getAll()).containsOnlyKeys("daft_punk");
    assertThat(allowed.names()).containsExactly("daft_punk");
    assertThat(allowed.size()).isEqualTo(1);
    allowed.deleteAll();
    assertThat(store.size()).isEqualTo(1);
  }

  @Test
  void refusesNamesThatCannotBeKept() {
    assertThatIllegalArgumentException().isThrownBy(() -> KvViews.collection(store, ""));
    assertThatIllegalArgumentException().isThrownBy(() -> KvViews.collection(store, "\uDC00"));
    assertThatIllegalArgumentException().isThrownBy(() -> artists.put("", bytes("")));
    assertThatIllegalArgumentException().isThrownBy(() -> artists.put("\uD800", bytes("")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> artists.put("x".repeat(store.limits().maxKeyBytes()), bytes("")));

    store.put(new byte[] {'a', '/', (byte) 0xFF}, bytes(""));
    KvCollection foreign = KvViews.collection(store, "a");
    assertThatIllegalArgumentException().isThrownBy(foreign::names).withMessageContaining("UTF-8");
    foreign.deleteAll();
    assertThat(foreign.size()).isZero();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
