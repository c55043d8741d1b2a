// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.report.Check;
import dev.ensemblekv.tck.report.Outcome;
import dev.ensemblekv.tck.report.Subject;
import dev.ensemblekv.tck.report.SubjectReport;
import dev.ensemblekv.tck.report.TestResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is known of the run of one test class so far. Thread-safe. */
final class RunningReport {
  private final Instant begun = Instant.now();
  private final Map<Check, Long> startedNanos = new HashMap<>();
  private final Map<Check, Long> seeds = new HashMap<>();
  private final Map<Check, TestResult> results = new HashMap<>();
  private @Nullable KvStoreTck tck;
  private Set<KvFeature> features = Set.of();

  synchronized void started(Check check, KvStoreTck by) {
    tck = by;
    startedNanos.put(check, System.nanoTime());
  }

  /** Notes what a test found out about the store, however it ends. */
  synchronized void seen(Check check, Chapter test) {
    Set<KvFeature> declared = test.seenFeatures();
    if (declared != null) {
      features = declared;
    }
    Long seed = test.seenSeed();
    if (seed != null) {
      seeds.put(check, seed);
    }
  }

  synchronized void ended(Check check, Outcome outcome, String reason) {
    Long started = startedNanos.get(check);
    long millis = started == null ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    results.put(check, new TestResult(check, outcome, reason, seeds.get(check), millis));
  }

  /** Returns the report, unless no test ran or none is wanted. */
  synchronized @Nullable SubjectReport finish() {
    KvStoreTck by = tck;
    if (by == null || !by.isReported()) {
      return null;
    }
    List<TestResult> all =
        Checks.all().stream().map(check -> results.getOrDefault(check, notRun(check))).toList();
    return new SubjectReport(subject(by), begun, all);
  }

  private static TestResult notRun(Check check) {
    return new TestResult(check, Outcome.NOT_RUN, "left out of the run", null, 0);
  }

  private Subject subject(KvStoreTck by) {
    KvBackend backend = by.backend();
    return new Subject(
        by.getClass().getName(),
        by.spec(),
        by.options().asMap(),
        backend.isLayer(),
        features,
        versions(by));
  }

  private static Map<String, String> versions(KvStoreTck by) {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("framework", version(KvStore.class));
    List<KvBackend> backends = new ArrayList<>(List.of(by.backend()));
    backends.addAll(by.otherBackends());
    for (KvBackend backend : backends) {
      versions.put("backend " + backend.name(), version(backend.getClass()));
      backend.engine().ifPresent(engine -> versions.put("engine of " + backend.name(), engine));
    }
    versions.put("JDK", properties("java.vm.name", "java.vm.vendor", "java.runtime.version"));
    versions.put("operating system", properties("os.name", "os.version", "os.arch"));
    return versions;
  }

  private static String version(Class<?> type) {
    String version = type.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static String properties(String... names) {
    StringBuilder values = new StringBuilder();
    for (String name : names) {
      values.append(values.isEmpty() ? "" : " ").append(System.getProperty(name, "?"));
    }
    return values.toString();
  }
}
