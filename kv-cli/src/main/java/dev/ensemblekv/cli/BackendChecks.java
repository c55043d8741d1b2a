// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvEnvironment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * Tries every backend, and every layer over every backend: opens a store, writes, closes, opens it
 * again, reads and verifies.
 */
final class BackendChecks {
  private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);
  private static final byte[] VALUE = "value".getBytes(StandardCharsets.UTF_8);

  private final KvEnvironment environment;
  private final Path temporary;
  private final Consumer<Throwable> failures;
  private @Nullable Check jmx;

  /**
   * Creates the checks.
   *
   * @param temporary an empty directory
   * @param failures is told of everything that is thrown
   */
  BackendChecks(KvEnvironment environment, Path temporary, Consumer<Throwable> failures) {
    this.environment = environment;
    this.temporary = temporary;
    this.failures = failures;
  }

  List<Check> all() {
    Collection<KvBackend> backends;
    try {
      backends = environment.backends();
    } catch (KvException e) {
      return List.of(Check.broken("backends", Errors.describe(e), "mend the class path"));
    }
    List<Check> checks = new ArrayList<>();
    for (String spec : specs(backends)) {
      checks.add(check(spec));
    }
    if (checks.isEmpty()) {
      checks.add(
          Check.broken("backends", "there are none", "add an artifact such as kv-backend-json"));
    }
    if (jmx != null) {
      checks.add(jmx);
    }
    return checks;
  }

  private static List<String> specs(Collection<KvBackend> backends) {
    List<String> specs = new ArrayList<>();
    for (KvBackend leaf : backends) {
      if (!leaf.isLayer()) {
        specs.add(leaf.name());
        for (KvBackend layer : backends) {
          if (layer.isLayer()) {
            specs.add(layer.name() + ":" + leaf.name());
          }
        }
      }
    }
    return specs;
  }

  private Check check(String spec) {
    try {
      boolean persistent = writeAndRead(spec);
      return Check.ok(spec, persistent ? "writes, reopens and reads" : "writes and reads");
    } catch (RuntimeException | LinkageError e) {
      failures.accept(e);
      return Check.broken(
          spec, Errors.describe(e), "try 'kv doctor --verbose', and report it if it stays");
    }
  }

  /** Returns whether the store keeps what is written to it. */
  private boolean writeAndRead(String spec) {
    Path directory = temporary.resolve(spec.replace(':', '-'));
    KvOptions options = KvOptions.builder().set(KvOptions.NAME, "kv-doctor " + spec).build();
    try (KvStore store = environment.open(spec, directory, options)) {
      jmx = jmx == null || jmx.verdict() == Check.Verdict.OK ? lookForBean() : jmx;
      store.put(KEY, VALUE);
      store.flush();
      expectValue(store);
      if (!store.features().contains(KvFeature.PERSISTENT)) {
        return false;
      }
    }
    try (KvStore store = environment.open(spec, directory, options)) {
      expectValue(store);
      if (store.verify().result().problemCount() > 0) {
        throw CommandException.failed("verify finds problems in a store just written");
      }
    }
    environment.destroy(directory);
    return true;
  }

  private static void expectValue(KvStore store) {
    if (!Arrays.equals(store.get(KEY), VALUE)) {
      throw CommandException.failed("what was written was not read back");
    }
  }

  private static Check lookForBean() {
    try {
      ObjectName pattern = new ObjectName("dev.ensemblekv:type=Store,*");
      boolean found =
          !ManagementFactory.getPlatformMBeanServer().queryNames(pattern, null).isEmpty();
      return found
          ? Check.ok("jmx", "an open store can be watched")
          : Check.note("jmx", "an open store does not appear", "see the log; stores work without");
    } catch (JMException e) {
      return Check.note("jmx", String.valueOf(e.getMessage()), "stores work without");
    }
  }
}
