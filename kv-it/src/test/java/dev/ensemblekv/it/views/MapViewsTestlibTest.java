// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.views;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The maps keep what the interfaces of the JDK ask, by the judgement of Guava's testlib. */
class MapViewsTestlibTest {
  @TempDir Path directory;

  private final List<KvStore> stores = new ArrayList<>();

  @AfterEach
  void close() {
    stores.forEach(KvStore::close);
  }

  @TestFactory
  Stream<DynamicNode> mapIsAConcurrentMap() {
    return OpenStores.SPECS.stream()
        .map(spec -> JUnit3Tests.asDynamicTests(TestlibSuites.map(spec, open(spec))));
  }

  @TestFactory
  DynamicNode mapIsAConcurrentMapWithoutOrderToo() {
    KvStore store = OpenStores.without(KvFeature.ORDERED, open("memory"));
    return JUnit3Tests.asDynamicTests(TestlibSuites.map("memory without order", store));
  }

  @TestFactory
  Stream<DynamicNode> navigableMapIsAConcurrentNavigableMap() {
    return OpenStores.SPECS.stream()
        .map(spec -> JUnit3Tests.asDynamicTests(TestlibSuites.navigableMap(spec, open(spec))));
  }

  private KvStore open(String spec) {
    KvStore store = OpenStores.open(spec, directory.resolve(String.valueOf(stores.size())));
    stores.add(store);
    return store;
  }
}
