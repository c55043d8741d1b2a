// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.views;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.ConcurrentNavigableMapTestSuiteBuilder;
import com.google.common.collect.testing.MapTestSuiteBuilder;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.TestStringSortedMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import dev.ensemblekv.api.KvCodecs;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvViews;
import java.util.Map;
import java.util.Map.Entry;
import java.util.SortedMap;
import junit.framework.TestSuite;

/** The suites of Guava's testlib for the two maps, over one store that is emptied for each test. */
final class TestlibSuites {
  private TestlibSuites() {}

  static TestSuite map(String name, KvStore store) {
    Map<String, String> map = KvViews.map(store, KvCodecs.UTF_8, KvCodecs.UTF_8);
    return withFeatures(
            ConcurrentMapTestSuiteBuilder.using(
                new TestStringMapGenerator() {
                  @Override
                  protected Map<String, String> create(Entry<String, String>[] entries) {
                    return refill(map, entries);
                  }
                }))
        .named("map over " + name)
        .createTestSuite();
  }

  static TestSuite navigableMap(String name, KvStore store) {
    SortedMap<String, String> map = KvViews.navigableMap(store, KvCodecs.UTF_8, KvCodecs.UTF_8);
    return withFeatures(
            ConcurrentNavigableMapTestSuiteBuilder.using(
                new TestStringSortedMapGenerator() {
                  @Override
                  protected SortedMap<String, String> create(Entry<String, String>[] entries) {
                    return refill(map, entries);
                  }
                }))
        .withFeatures(CollectionFeature.KNOWN_ORDER)
        .named("navigableMap over " + name)
        .createTestSuite();
  }

  private static <B extends MapTestSuiteBuilder<String, String>> B withFeatures(B builder) {
    builder.withFeatures(
        CollectionSize.ANY, MapFeature.GENERAL_PURPOSE, CollectionFeature.SUPPORTS_ITERATOR_REMOVE);
    return builder;
  }

  private static <M extends Map<String, String>> M refill(M map, Entry<String, String>[] entries) {
    map.clear();
    for (Entry<String, String> entry : entries) {
      map.put(entry.getKey(), entry.getValue());
    }
    return map;
  }
}
