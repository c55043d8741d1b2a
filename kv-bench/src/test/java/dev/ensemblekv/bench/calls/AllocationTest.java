// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What a get allocates is the array of the value, as the GC profiler of JMH counts it.
 *
 * <p>Bytes are counted, over a fixed number of calls, and nothing is timed. Code is compiled by the
 * thread that calls it, which waits for that, so that how fast the machine is does not matter.
 */
class AllocationTest {
  private static final int VALUE_BYTES = 1000;

  /** With the header: a class word, a mark word, and the length. */
  private static final int ARRAY_BYTES = 16 + VALUE_BYTES;

  /** Less than the smallest object in each call would be; for what is allocated once. */
  private static final int TOLERANCE_BYTES = 15;

  private static final int CALLS = 500_000;
  private static final int WARM_UP_CALLS = 50_000;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "ensemble:extent, get, " + ARRAY_BYTES,
    "ensemble:extent, getAbsent, 0",
  })
  void aGetAllocatesItsValueAndNothingElse(String engine, String call, int bytes)
      throws RunnerException {
    RunResult result =
        new Runner(
                new OptionsBuilder()
                    .include(CallBenchmark.class.getName() + "\\." + call + "$")
                    .param("engine", engine)
                    .param("keys", "2000")
                    .param("valueBytes", Integer.toString(VALUE_BYTES))
                    .param("directory", directory.toString())
                    .mode(Mode.SingleShotTime)
                    .warmupIterations(2)
                    .warmupBatchSize(WARM_UP_CALLS)
                    .measurementIterations(1)
                    .measurementBatchSize(CALLS)
                    .forks(1)
                    .jvmArgs("-Xbatch", "-Xmx256m")
                    .addProfiler(GCProfiler.class)
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .runSingle();

    assertThat(
            Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm"))
                    .getScore()
                / CALLS)
        .as("bytes allocated by a %s of %s", call, engine)
        .isBetween((double) bytes, (double) bytes + TOLERANCE_BYTES);
  }
}
