// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.calls;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * The processor time of the whole process per call, threads of the engine and of the JVM included,
 * in the iteration that took the least of it: a machine that does other things too can only add to
 * that.
 */
public final class CpuTime implements InternalProfiler {
  /** The label of its result. */
  static final String LABEL = "cpu";

  private final OperatingSystemMXBean process =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private long begunNanos;

  /** Called by JMH. */
  public CpuTime() {}

  @Override
  public String getDescription() {
    return "Processor time per call";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    begunNanos = process.getProcessCpuTime();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double nanos = (double) process.getProcessCpuTime() - begunNanos;
    double micros = nanos / 1e3 / result.getMetadata().getAllOps();
    return List.of(new ScalarResult(LABEL, micros, "us/op", AggregationPolicy.MIN));
  }
}
