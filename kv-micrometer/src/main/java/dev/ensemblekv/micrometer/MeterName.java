// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.micrometer;

import dev.ensemblekv.api.KvMetric;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a figure is called in a registry: in words with dots, without its unit, which registries add
 * by their own conventions. Figures of one thing share a name and differ by a tag.
 */
record MeterName(String name, Tags tags, String description) {
  static final String PREFIX = "kv.store.";

  private static final Pattern CALLS =
      Pattern.compile("(get|put|delete|compareAndSet|write|flush|iterate)(Calls|Failures)");
  private static final Pattern SAMPLED = Pattern.compile("(.+)Sampled(Mean|P50|P99|Max)Nanos");
  private static final Map<String, String> READS = Map.of("hits", "hit", "misses", "miss");
  private static final Pattern WORD_END = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  static MeterName of(KvMetric metric) {
    Matcher calls = CALLS.matcher(metric.name());
    if (calls.matches()) {
      Tags tags = Tags.of("op", calls.group(1));
      return calls.group(2).equals("Calls")
          ? new MeterName(PREFIX + "operations", tags, "Calls, by operation.")
          : new MeterName(PREFIX + "operations.failed", tags, "Calls that threw, by operation.");
    }
    Matcher sampled = SAMPLED.matcher(metric.name());
    if (sampled.matches()) {
      String statistic = sampled.group(2).toLowerCase(Locale.ROOT);
      return new MeterName(
          PREFIX + "latency.sampled",
          Tags.of("op", sampled.group(1), "statistic", statistic),
          "Time of the calls that were timed, by operation.");
    }
    String read = READS.get(metric.name());
    return read == null
        ? new MeterName(PREFIX + words(metric), Tags.empty(), metric.describe())
        : new MeterName(PREFIX + "reads", Tags.of("result", read), "Keys that reads looked for.");
  }

  private static String words(KvMetric metric) {
    String unit =
        switch (metric.unit()) {
          case BYTES -> "Bytes$";
          case NANOSECONDS -> "Nanos$";
          case BYTES_PER_SECOND -> "BytesPerSecond$";
          case COUNT, RATIO -> "$";
        };
    String bare = metric.name().replaceFirst(unit, "");
    return WORD_END.matcher(bare).replaceAll(".").toLowerCase(Locale.ROOT);
  }

  /** Returns the unit that a registry shows, where one is told to it. */
  static @Nullable String baseUnit(KvMetric.Unit unit) {
    return switch (unit) {
      case COUNT -> null;
      case BYTES -> BaseUnits.BYTES;
      case BYTES_PER_SECOND -> "bytes_per_second";
      case NANOSECONDS -> "seconds";
      case RATIO -> "ratio";
    };
  }
}
