// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.jmx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.api.jmx.StoreMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An open store can be looked at by JMX, a closed one has left no trace there. */
class StoreMXBeanTest {
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
  private static final ObjectName ANY = name("dev.ensemblekv:type=Store,*");

  @TempDir Path temp;

  private Set<ObjectName> others = Set.of();

  @BeforeEach
  void lookWhatOthersLeftOpen() throws Exception {
    others = SERVER.queryNames(ANY, null);
  }

  private static KvStore open(Path directory, String name) {
    KvOptions options = KvOptions.builder().set(KvOptions.NAME, name).build();
    return KvStores.open("ensemble:json", directory, options);
  }

  /** Returns the names of the MBeans of the stores that the test has open. */
  private Set<ObjectName> registered() {
    Set<ObjectName> names = new HashSet<>(SERVER.queryNames(ANY, null));
    names.removeAll(others);
    return names;
  }

  private static StoreMXBean bean(ObjectName name) {
    return JMX.newMXBeanProxy(SERVER, name, StoreMXBean.class);
  }

  private static ObjectName named(String properties) {
    return name("dev.ensemblekv:type=Store,store=" + properties);
  }

  private static ObjectName name(String text) {
    try {
      return new ObjectName(text);
    } catch (MalformedObjectNameException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void theBeanOfAnOpenStoreTellsItsFigures() {
    try (KvStore store = open(temp.resolve("store"), "music")) {
      store.put("key".getBytes(UTF_8), "value".getBytes(UTF_8));

      StoreMXBean bean = bean(named("music"));

      assertThat(bean.getName()).isEqualTo("music");
      assertThat(bean.getSpec()).isEqualTo("ensemble:json");
      assertThat(bean.getState()).isEqualTo("OPEN");
      assertThat(bean.getProblem()).isEmpty();
      assertThat(bean.getFeatures()).contains("ORDERED", "PERSISTENT").doesNotContain("SNAPSHOT");
      assertThat(bean.getMetrics())
          .containsEntry("keys", 1.0)
          .containsEntry("liveBytes", 8.0)
          .containsEntry("putCalls", 1.0)
          .containsEntry("getCalls", 0.0);
      assertThat(bean.getMetricTexts())
          .containsEntry("keys", "Number of live keys. (count, exact)")
          .containsOnlyKeys(bean.getMetrics().keySet());
      assertThat(bean.getFacts()).containsEntry("growth", "idle");
      assertThat(bean.getSubstoreCount()).isEqualTo(3);
    }
  }

  @Test
  void eachAttributeIsOfATypeThatAnyConsoleCanShow() throws Exception {
    try (KvStore store = open(temp.resolve("store"), "music")) {
      MBeanAttributeInfo[] attributes = SERVER.getMBeanInfo(named("music")).getAttributes();
      assertThat(attributes).extracting(MBeanAttributeInfo::getName).isSorted();
      for (MBeanAttributeInfo attribute : attributes) {
        assertThat(attribute.getType())
            .as(attribute.getName())
            .matches(
                "(\\[L)?(int|long|double|boolean|java\\.lang\\.String|java\\.util\\.Date"
                    + "|javax\\.management\\.(ObjectName|openmbean\\.TabularData));?");
        assertThat(SERVER.getAttribute(named("music"), attribute.getName())).isNotNull();
      }
      assertThat(store.stats().metric("getCalls").orElseThrow().asLong()).isZero();
    }
  }

  @Test
  void substoresAreShownWhereAnOptionAsksForIt() {
    KvOptions options =
        KvOptions.builder()
            .set(KvOptions.NAME, "music")
            .set(KvOptions.SUBSTORE_MBEANS, true)
            .build();
    try (KvStore store = KvStores.open("ensemble:json", temp.resolve("store"), options)) {
      store.put("key".getBytes(UTF_8), "value".getBytes(UTF_8));

      assertThat(registered())
          .containsExactlyInAnyOrder(
              named("music"),
              named("music,substore=0000"),
              named("music,substore=0001"),
              named("music,substore=0002"));
      double puts = 0;
      for (String substore : new String[] {"0000", "0001", "0002"}) {
        puts +=
            bean(named("music,substore=" + substore)).getMetrics().getOrDefault("putCalls", 0.0);
      }
      assertThat(puts).isEqualTo(1);
    }
    assertThat(registered()).isEmpty();
  }

  @Test
  void aStoreThatCountsNothingTellsNothingOfCalls() throws Exception {
    KvOptions options =
        KvOptions.builder().set(KvOptions.NAME, "quiet").set(KvOptions.COUNT_CALLS, false).build();
    try (KvStore store = KvStores.open("json", temp.resolve("store"), options)) {
      store.put("key".getBytes(UTF_8), "value".getBytes(UTF_8));
      store.get("key".getBytes(UTF_8));

      StoreMXBean bean = bean(named("quiet"));
      assertThat(SERVER.queryNames(name("dev.ensemblekv:type=Latency,store=quiet,*"), null))
          .isEmpty();
      assertThat(bean.getMetrics())
          .containsEntry("keys", 1.0)
          .doesNotContainKeys("putCalls", "getCalls", "hits", "writtenBytes");
      assertThat(List.of(bean.getPutCalls(), bean.getGetCalls(), bean.getFailedCalls()))
          .as("not known")
          .containsOnly(-1L);
      assertThat(List.of(bean.getHits(), bean.getMisses(), bean.getWrittenBytes()))
          .containsOnly(-1L);
      assertThat(bean.getPutsPerSecond()).isNaN();
      assertThat(bean.getHitRatio()).isNaN();
      assertThat(bean.getKeysAtMost()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"extent", "leveldb", "lmdb", "json", "ensemble:extent", "ensemble:leveldb"})
  void eachEngineTellsWhatItTakesOfTheMachine(String spec) {
    KvOptions options = KvOptions.builder().set(KvOptions.NAME, "taking").build();
    try (KvStore store = KvStores.open(spec, temp.resolve("store"), options)) {
      fill(store, 10);
      StoreMXBean bean = bean(named("taking"));
      switch (spec) {
        case "json" -> assertThat(bean.getUnsyncedBytes()).as("it counts changes").isEqualTo(-1);
        case "lmdb" -> assertThat(bean.getUnsyncedBytes()).as("each commit is synced").isZero();
        default -> assertThat(bean.getUnsyncedBytes()).isGreaterThanOrEqualTo(10 * 1004);
      }

      store.flush();

      assertThat(bean.getUnsyncedBytes()).isLessThanOrEqualTo(0);
      assertThat(bean.getLastSyncAgeMillis()).isNotNegative();
      assertThat(bean.getMemoryBytes()).isNotEmpty().doesNotContainKey("");
      assertThat(bean.getMemoryBytes().values()).allMatch(bytes -> bytes > 0);
      assertThat(bean.getDiskBytes()).isGreaterThanOrEqualTo(10 * 1004);
      assertThat(bean.getOpenFiles()).isBetween(0L, 100L);
      if (spec.equals("lmdb")) {
        assertThat(bean.getWriteAmplification()).as("it does not count pages").isNaN();
      } else {
        assertThat(bean.getWriteAmplification()).isGreaterThanOrEqualTo(1);
      }
    }
  }

  private static void fill(KvStore store, int keys) {
    for (int i = 0; i < keys; i++) {
      store.put(("key" + i % 10).getBytes(UTF_8), new byte[1000]);
    }
  }

  @Test
  void whatWasWrittenBeforeAResetIsNotInTheAmplificationAfterIt() {
    KvOptions options = KvOptions.builder().set(KvOptions.NAME, "music").build();
    try (KvStore store = KvStores.open("ensemble:extent", temp.resolve("store"), options)) {
      fill(store, 500);
      StoreMXBean bean = bean(named("music"));

      bean.resetStatistics();

      assertThat(bean.getWriteAmplification()).isNaN();
      fill(store, 10);
      assertThat(bean.getWriteAmplification()).isBetween(1.0, 10.0);
    }
  }

  @Test
  void whatTheJournalOfAnEnsembleTakesIsInItsFigures() {
    KvOptions options = KvOptions.builder().set(KvOptions.NAME, "music").build();
    try (KvStore store = KvStores.open("ensemble:extent", temp.resolve("store"), options)) {
      KvBatch batch = new KvBatch();
      for (int i = 0; i < 20; i++) {
        batch.put(("key" + i).getBytes(UTF_8), new byte[1000]);
      }
      store.write(batch);

      StoreMXBean bean = bean(named("music"));
      assertThat(bean.getWriteAmplification()).as("twice").isGreaterThanOrEqualTo(2);
      assertThat(bean.getDiskBytes()).isGreaterThan(2 * 20 * 1000);
    }
  }

  @Test
  void namesAreSpelledAsTheyAreDocumented() {
    KvOptions options =
        KvOptions.builder()
            .set(KvOptions.NAME, "music")
            .set(KvOptions.SUBSTORE_MBEANS, true)
            .build();
    try (KvStore store = KvStores.open("ensemble:json", temp.resolve("store"), options)) {
      assertThat(SERVER.queryNames(name("dev.ensemblekv:store=music,*"), null))
          .as("beans of %s", store)
          .extracting(ObjectName::toString)
          .contains(
              "dev.ensemblekv:type=Store,store=music",
              "dev.ensemblekv:type=Store,store=music,substore=0002",
              "dev.ensemblekv:type=Ensemble,store=music",
              "dev.ensemblekv:type=Latency,op=get,store=music",
              "dev.ensemblekv:type=Engine,store=music,substore=0000");
    }
  }

  @Test
  void theBeanFlushes() {
    try (KvStore store = open(temp.resolve("store"), "music")) {
      bean(named("music")).flush();

      assertThat(store.stats().metric("flushCalls").orElseThrow().asLong()).isEqualTo(1);
    }
  }

  @Test
  void aStoreWithoutANameIsNamedAfterItsDirectory() {
    try (KvStore store = KvStores.open("json", temp.resolve("albums"))) {
      assertThat(registered()).containsExactly(named("albums"));
      assertThat(bean(named("albums")).getSubstoreCount()).isZero();
      assertThat(store.stats().name()).isEqualTo("albums");
    }
  }

  @Test
  void twoStoresOfOneNameHaveTwoBeansUntilEachIsClosed() {
    Path second = temp.resolve("second");
    try (KvStore first = open(temp.resolve("first"), "music")) {
      try (KvStore other = open(second, "music")) {
        String id = KvStores.describe(second).map(StoreDescriptor::id).orElseThrow();
        assertThat(registered()).containsExactlyInAnyOrder(named("music"), named("music,id=" + id));
        other.put("key".getBytes(UTF_8), "value".getBytes(UTF_8));
        assertThat(bean(named("music")).getMetrics()).containsEntry("keys", 0.0);
        assertThat(bean(named("music,id=" + id)).getMetrics()).containsEntry("keys", 1.0);
        assertThat(bean(named("music")).verify())
            .as("the tasks of the two have two beans")
            .isNotEqualTo(bean(named("music,id=" + id)).verify());
      }
      assertThat(registered()).containsExactly(named("music"));
      assertThat(first.size()).isZero();
    }
    assertThat(registered()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,b=c", "a:b", "*", "what?", "\"quoted\"", "back\\slash", "two\nlines"})
  void anOddNameIsQuoted(String name) {
    try (KvStore store = open(temp.resolve("store"), name)) {
      assertThat(registered()).hasSize(1);
      ObjectName found = registered().iterator().next();
      assertThat(found.isPattern()).isFalse();
      assertThat(bean(found).getName()).isEqualTo(name).isEqualTo(store.stats().name());
    }
    assertThat(registered()).isEmpty();
  }

  @Test
  void aBeanThatSomebodyTookAwayDoesNotKeepTheStoreFromClosing() throws Exception {
    KvStore store = open(temp.resolve("store"), "music");
    SERVER.unregisterMBean(named("music"));

    assertThatCode(store::close).doesNotThrowAnyException();

    assertThatCode(() -> open(temp.resolve("store"), "music").close()).doesNotThrowAnyException();
  }

  @Test
  void aFailedOpeningLeavesNoBean() {
    try (KvStore store = open(temp.resolve("store"), "music")) {
      assertThatCode(() -> open(temp.resolve("store"), "again"))
          .hasMessageContaining("open already");

      assertThat(registered()).containsExactly(named("music"));
      assertThat(store.size()).isZero();
    }
  }
}
