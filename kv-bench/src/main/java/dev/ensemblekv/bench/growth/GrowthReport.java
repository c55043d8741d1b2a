// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Writes what came of a plan, in true sizes. */
final class GrowthReport {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double SECONDS_PER_DAY = 86400;
  private static final double GIGA = 1e9;
  private static final double TERA = 1e12;
  private static final double MEGA = 1e6;
  private static final double PERCENT = 100;

  private static final List<String> COLUMNS =
      List.of(
          "substores",
          "data",
          "moved / data",
          "rewritten / data",
          "read / data",
          "extra space",
          "fill min, mean, max",
          "longest gap, burst",
          "splitting",
          "a split",
          "held up",
          "manifest");

  private final Plan plan;
  private final PrintWriter out;

  GrowthReport(Plan plan, PrintWriter out) {
    this.plan = plan;
    this.out = out;
  }

  /** Writes the head of the table. */
  void begin() {
    line("| " + String.join(" | ", COLUMNS) + " |");
    line("|" + "---|".repeat(COLUMNS.size()));
  }

  /** Writes a row. */
  void row(Doubling doubling) {
    line("| " + String.join(" | ", cells(doubling)) + " |");
  }

  /** Writes the last row, and what is true of the whole. */
  void end(Life life) {
    Doubling sum = life.sum();
    row(sum);
    line("");
    line(
        String.format(
            Locale.ROOT,
            "- %,d keys counted, %,d verified where they belong, %d problems, %d failures",
            life.keys() * plan.scale(),
            life.verification().items() * plan.scale(),
            life.verification().problemCount(),
            life.failures()));
    line(
        String.format(
            Locale.ROOT,
            "- moved and rewritten over the life: %.2f of the data; in %.1f days",
            ratio(sum.copiedBytes + sum.rewrittenBytes, sum.dataBytes),
            sum.nanos / NANOS_PER_SECOND / SECONDS_PER_DAY));
    line(
        String.format(
            Locale.ROOT,
            "- the largest substore by the mean: %.2f in keys, %.2f in bytes; by its own limit: %.2f",
            life.imbalance(),
            life.bytesImbalance(),
            life.fill()));
    line(
        String.format(
            Locale.ROOT,
            "- %d substores; about %,d files of %.0f MB, each of which may take a file handle",
            sum.substores,
            sum.substores + sum.dataBytes / plan.segmentBytes(),
            plan.segmentBytes() * plan.scale() / MEGA));
    line(
        String.format(
            Locale.ROOT,
            "- the ensemble itself has %.1f MB in memory, %.0f bytes a substore",
            life.memoryBytes() / MEGA,
            ratio(life.memoryBytes(), sum.substores)));
  }

  private List<String> cells(Doubling doubling) {
    return List.of(
        Integer.toString(doubling.substores),
        size(doubling.dataBytes * (double) plan.scale()),
        share(doubling.copiedBytes, doubling),
        share(doubling.rewrittenBytes, doubling),
        share(doubling.readBytes, doubling),
        size(doubling.peakExtraBytes * (double) plan.scale()),
        fill(doubling),
        String.format(
            Locale.ROOT,
            "%.1f %%, %.1f %%",
            PERCENT * doubling.longestGap,
            PERCENT * doubling.longestBurst),
        String.format(Locale.ROOT, "%.0f %%", PERCENT * doubling.busyNanos / doubling.nanos),
        String.format(
            Locale.ROOT, "%.0f s", doubling.busyNanos / NANOS_PER_SECOND / doubling.splits),
        String.format(
            Locale.ROOT,
            "%.1f %%, %.2f ms",
            PERCENT * doubling.maxHeldUp,
            doubling.maxHeldUpNanos / NANOS_PER_MILLI),
        String.format(
            Locale.ROOT,
            "%d x %.1f KB",
            doubling.manifestWrites,
            ratio(doubling.manifestBytes, doubling.manifestWrites) / 1e3));
  }

  private static String fill(Doubling doubling) {
    return doubling.samples == 0
        ? "n/a"
        : String.format(
            Locale.ROOT,
            "%.2f, %.2f, %.2f",
            doubling.minFill,
            doubling.meanFill(),
            doubling.maxFill);
  }

  private static String share(long bytes, Doubling doubling) {
    return String.format(Locale.ROOT, "%.2f", ratio(bytes, doubling.dataBytes));
  }

  private static String size(double bytes) {
    return bytes < TERA
        ? String.format(Locale.ROOT, "%.1f GB", bytes / GIGA)
        : String.format(Locale.ROOT, "%.2f TB", bytes / TERA);
  }

  private static double ratio(long value, long by) {
    return by == 0 ? 0 : (double) value / by;
  }

  private void line(String text) {
    out.println(text);
    out.flush();
  }
}
