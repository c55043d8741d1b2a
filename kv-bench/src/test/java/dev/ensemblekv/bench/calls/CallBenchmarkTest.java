// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

class CallBenchmarkTest {
  private static final String[] ENGINES = {
    "json", "bare-json", "leveldb", "raw-leveldb", "lmdb", "raw-lmdb", "raw-lmdb-zero-copy"
  };

  @TempDir Path directory;

  private static List<String> methods() {
    return Arrays.stream(CallBenchmark.class.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Benchmark.class))
        .map(Method::getName)
        .map(name -> CallBenchmark.class.getName() + "." + name)
        .toList();
  }

  @Test
  void theProcessorListsEveryBenchmark() {
    Set<BenchmarkListEntry> listed =
        BenchmarkList.defaultList()
            .getAll(
                OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                List.of());

    assertThat(methods()).hasSizeGreaterThanOrEqualTo(5);
    assertThat(listed)
        .extracting(BenchmarkListEntry::getUsername)
        .containsExactlyInAnyOrderElementsOf(methods());
  }

  @Test
  void eachRunsWithEachEngine() throws RunnerException {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .param("engine", ENGINES)
                    .param("keys", "300")
                    .param("valueBytes", "10")
                    .param("directory", directory.toString())
                    .mode(Mode.SingleShotTime)
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();

    List<String> run = new ArrayList<>();
    for (RunResult result : results) {
      run.add(result.getParams().getBenchmark() + " " + result.getParams().getParam("engine"));
    }
    List<String> all = new ArrayList<>();
    for (String method : methods()) {
      for (String engine : ENGINES) {
        all.add(method + " " + engine);
      }
    }
    assertThat(run).containsExactlyInAnyOrderElementsOf(all);
    assertThat(directory).isEmptyDirectory();
  }
}
