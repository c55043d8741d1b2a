// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.internal.meter.LatencySummary;
import dev.ensemblekv.api.internal.meter.OperationMeter;
import dev.ensemblekv.api.jmx.LatencyMXBean;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;

/** The bean of one operation. */
record LatencyView(OperationMeter meter) implements LatencyMXBean {
  private static final double NANOS_PER_MICRO = 1000;

  @Override
  public String getOperation() {
    return meter.operation();
  }

  @Override
  public long getCalls() {
    return meter.calls();
  }

  @Override
  public long getFailures() {
    return meter.failures();
  }

  @Override
  public int getSampleEvery() {
    return meter.sampleEvery();
  }

  @Override
  public long getSampledCalls() {
    return meter.latency().count();
  }

  @Override
  public double getSampledMeanMicros() {
    return micros(LatencySummary::meanNanos);
  }

  @Override
  public double getSampledMaxMicros() {
    return micros(LatencySummary::maxNanos);
  }

  @Override
  public double getSampledP50Micros() {
    return quantileMicros(0.5);
  }

  @Override
  public double getSampledP90Micros() {
    return quantileMicros(0.9);
  }

  @Override
  public double getSampledP99Micros() {
    return quantileMicros(0.99);
  }

  @Override
  public double getSampledP999Micros() {
    return quantileMicros(0.999);
  }

  @Override
  public double getSampledP9999Micros() {
    return quantileMicros(0.9999);
  }

  private double quantileMicros(double quantile) {
    return micros(summary -> summary.quantileNanos(quantile));
  }

  private double micros(ToDoubleFunction<LatencySummary> nanos) {
    LatencySummary summary = meter.latency();
    return summary.count() == 0 ? Double.NaN : nanos.applyAsDouble(summary) / NANOS_PER_MICRO;
  }

  @Override
  public SortedMap<Double, Long> getSampledCumulativeMicros() {
    return meter.latency().cumulativeMicros();
  }

  @Override
  public void resetStatistics() {
    meter.reset();
  }
}
