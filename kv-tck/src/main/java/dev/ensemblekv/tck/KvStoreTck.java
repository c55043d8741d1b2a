// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The suite: extend it, tell it the backend, and every rule of the contract is a test.
 *
 * <pre>{@code
 * class MyStoreTckTest extends KvStoreTck {
 *   @Override
 *   protected KvBackend backend() {
 *     return new MyBackend();
 *   }
 * }
 * }</pre>
 *
 * <p>The class needs a constructor without parameters: some tests run it in a second class loader
 * or a child process. Rules whose feature the opened store does not declare are skipped by name; an
 * operation that is not declared must throw. Tests that need the store to keep its files by {@link
 * dev.ensemblekv.spi.KvOpenContext#disk()} run it on a simulated disk, and are skipped where it
 * does not.
 *
 * <p>Tests with the tag {@value #MACHINE} kill processes, and mount file systems of their own if
 * they may, to fill them or take their power: those need Linux, root and a loop device, and are
 * skipped elsewhere.
 *
 * <p>System properties: {@value #SEED} runs random tests with one seed; {@value #MUST_HAPPEN} and
 * {@value #MUST_NOT_HAPPEN} set the time limits, in milliseconds; {@value #EFFORT} makes random
 * tests run so many times longer; {@value #LEVEL} leaves out the tests of other levels; {@value
 * #REPORT} tells where the reports go.
 */
@ExtendWith(ReportExtension.class)
@SuppressWarnings("exports") // JUnit makes the extension, and nobody else
public abstract class KvStoreTck {
  /** The property with the seed of random tests. */
  public static final String SEED = "dev.ensemblekv.tck.seed";

  /** The property with how long to wait for what must happen, in milliseconds. */
  public static final String MUST_HAPPEN = "dev.ensemblekv.tck.mustHappen";

  /** The property with how long to watch for what must not happen, in milliseconds. */
  public static final String MUST_NOT_HAPPEN = "dev.ensemblekv.tck.mustNotHappen";

  /** The property with how many times longer random tests run. */
  public static final String EFFORT = "dev.ensemblekv.tck.effort";

  /**
   * The property with the level of which to run the tests, and of those it includes; all if unset.
   */
  public static final String LEVEL = "dev.ensemblekv.tck.level";

  /** The property with the directory of the reports; {@code off}: write and print none. */
  public static final String REPORT = "dev.ensemblekv.tck.report";

  /** The tag of tests that make faults happen on the machine they run on. */
  public static final String MACHINE = "machine";

  private static final long DEFAULT_MUST_HAPPEN_MILLIS = 60_000;
  private static final long DEFAULT_MUST_NOT_HAPPEN_MILLIS = 100;

  /** Called by subclasses. */
  protected KvStoreTck() {}

  /** Returns the backend under test: a fresh or a shared one, it has no state. */
  protected abstract KvBackend backend();

  /** Returns other backends that {@link #spec()} names and that need not be registered. */
  protected List<KvBackend> otherBackends() {
    return List.of();
  }

  /** Returns the spec of the stores to test; by default the name of the backend. */
  protected String spec() {
    return backend().name();
  }

  /** Returns the options to open stores with; by default none. */
  protected KvOptions options() {
    return KvOptions.defaults();
  }

  /**
   * Returns the level of which to run the tests, and of those it includes; {@code null}: all. By
   * default what the property {@value #LEVEL} says.
   */
  protected @Nullable String level() {
    return System.getProperty(LEVEL);
  }

  /** Returns how long to wait for what must happen before it counts as never happening. */
  protected Duration mustHappen() {
    return Duration.ofMillis(Long.getLong(MUST_HAPPEN, DEFAULT_MUST_HAPPEN_MILLIS));
  }

  /** Returns how long to watch for what must not happen; what happens later goes unnoticed. */
  protected Duration mustNotHappen() {
    return Duration.ofMillis(Long.getLong(MUST_NOT_HAPPEN, DEFAULT_MUST_NOT_HAPPEN_MILLIS));
  }

  /** Adds the backends to an environment, such as one with a simulated disk. */
  protected KvEnvironment.Builder setUp(KvEnvironment.Builder environment) {
    environment.backend(backend());
    otherBackends().forEach(environment::backend);
    return environment;
  }

  /** Opens a store; replaced only by tests of the suite itself. */
  KvStore open(Path directory, KvOptions options) {
    return setUp(KvEnvironment.builder()).build().open(spec(), directory, options);
  }

  /** Waits for something, so long; replaced only by tests of the suite itself. */
  <T> T await(Future<T> future, Duration limit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  final int effort() {
    return Math.max(1, Integer.getInteger(EFFORT, 1));
  }

  /** Returns the seed of a random test; replaced only by tests of the suite itself. */
  long seed() {
    Long fixed = Long.getLong(SEED);
    return fixed != null ? fixed : RandomGenerator.getDefault().nextInt(Integer.MAX_VALUE);
  }

  /** Tells whether a run is reported; replaced only by tests of the suite itself. */
  boolean isReported() {
    return true;
  }

  /** Chapter 1. */
  @Nested
  @DisplayName("KV-1 Keys and values")
  class KeysAndValues extends KeysAndValuesChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 2. */
  @Nested
  @DisplayName("KV-2 Point operations")
  class PointOperations extends PointOperationsChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 2, with many threads. */
  @Nested
  @DisplayName("KV-2 Point operations, by many threads")
  class Concurrency extends ConcurrencyChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 3. */
  @Nested
  @DisplayName("KV-3 Iteration")
  class Iteration extends IterationChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 3, in order. */
  @Nested
  @DisplayName("KV-3 Iteration in order")
  class Scans extends ScansChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 4. */
  @Nested
  @DisplayName("KV-4 Batches")
  class Batches extends BatchesChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 5. */
  @Nested
  @DisplayName("KV-5 Durability")
  class DurabilityRules extends DurabilityChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 5, by processes that are killed and file systems that lose power. */
  @Nested
  @DisplayName("KV-5 Durability on this machine")
  class Crashes extends CrashesChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 6, closing. */
  @Nested
  @DisplayName("KV-6 Lifecycle: closing")
  class Closing extends ClosingChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 6, opening. */
  @Nested
  @DisplayName("KV-6 Lifecycle: opening")
  class Opening extends OpeningChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 7. */
  @Nested
  @DisplayName("KV-7 Faults")
  class Faults extends FaultsChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 7, on a file system without space. */
  @Nested
  @DisplayName("KV-7 Faults of this machine")
  class FullFileSystems extends FullFileSystemChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 7, on a disk whose calls fail. */
  @Nested
  @DisplayName("KV-7 Faults of this machine's disk")
  class FailingDisks extends FailingDiskChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 7, in a process that can open no more files. */
  @Nested
  @DisplayName("KV-7 Faults: no more files")
  class HandlesExhausted extends HandleExhaustionChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }

  /** Chapter 8. */
  @Nested
  @DisplayName("KV-8 Honesty")
  class Honesty extends HonestyChapter {
    @Override
    KvStoreTck tck() {
      return KvStoreTck.this;
    }
  }
}
