// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code kv top} shows of a store: lines of text, made of two samples of its figures. */
final class TopView {
  private static final int BAR = 30;

  private final StoreSample now;
  private final @Nullable StoreSample before;
  private final List<String> lines = new ArrayList<>();

  private TopView(StoreSample now, @Nullable StoreSample before) {
    this.now = now;
    this.before = before;
  }

  /**
   * Shows a store.
   *
   * @param before an earlier sample, since which rates are told; if there is none, they are told
   *     since the store began to count
   * @param columns how long a line can be
   * @param rows how many lines there can be; substores that have no place are counted
   */
  static List<String> of(StoreSample now, @Nullable StoreSample before, int columns, int rows) {
    TopView view = new TopView(now, before);
    view.addStore();
    view.addOperations();
    now.ensemble().ifPresent(ensemble -> view.addEnsemble(ensemble, rows));
    return view.lines.stream()
        .limit(rows)
        .map(KeyText::oneLine)
        .map(line -> line.length() > columns ? line.substring(0, columns) : line)
        .toList();
  }

  private void addStore() {
    Attributes store = now.store();
    lines.add(
        String.join(
            "  ", store.text("Name"), store.text("Spec"), store.text("State"), store.text("Path")));
    if (!store.text("Problem").isEmpty()) {
      lines.add("problem: " + store.text("Problem"));
    }
    long keys = store.number("KeysAtMost");
    lines.add(
        String.join(
            "   ",
            "keys " + atMost(store.flag("KeysExact"), keys, keys < 0 ? "?" : Figures.count(keys)),
            "live "
                + atMost(
                    store.flag("LiveBytesExact"),
                    store.number("LiveBytesAtMost"),
                    bytes("LiveBytesAtMost")),
            "dead " + bytes("DeadBytes"),
            "disk " + bytes("DiskBytes"),
            "unsynced " + bytes("UnsyncedBytes")));
    long hits = since("Hits");
    long reads = hits + since("Misses");
    lines.add(
        String.join(
            "   ",
            "read " + Figures.bytes(perSecond(since("ReadBytes"))) + "/s",
            "written " + Figures.bytes(perSecond(since("WrittenBytes"))) + "/s",
            "hits " + (reads == 0 ? "-" : percent((double) hits / reads)),
            String.format(Locale.ROOT, "over %.1f s", millis() / 1e3)));
  }

  private static String atMost(boolean exact, long value, String text) {
    return exact || value < 0 ? text : "at most " + text;
  }

  private String bytes(String attribute) {
    long bytes = now.store().number(attribute);
    return bytes < 0 ? "?" : Figures.bytes(bytes);
  }

  private long since(String attribute) {
    return grown(now.store(), before == null ? null : before.store(), attribute);
  }

  /** Counters begin at zero again when somebody resets them. */
  private static long grown(Attributes now, @Nullable Attributes before, String attribute) {
    long value = Math.max(0, now.number(attribute));
    long earlier = before == null ? 0 : Math.max(0, before.number(attribute));
    return value < earlier ? value : value - earlier;
  }

  private long millis() {
    long start = before == null ? now.store().millis("StatisticsSince") : before.millis();
    return Math.max(1, now.millis() - start);
  }

  private long perSecond(long amount) {
    return Math.round(amount * 1e3 / millis());
  }

  private void addOperations() {
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "%-14s %11s %15s %9s %9s %9s %9s %9s %9s",
            "operation",
            "calls/s",
            "calls",
            "failed",
            "mean us",
            "p50 us",
            "p99 us",
            "p99.9 us",
            "max us"));
    for (Attributes operation : now.operations()) {
      String name = operation.text("Operation");
      lines.add(
          String.format(
              Locale.ROOT,
              "%-14s %,11d %,15d %,9d %9s %9s %9s %9s %9s",
              name,
              perSecond(grown(operation, earlier(name), "Calls")),
              operation.number("Calls"),
              operation.number("Failures"),
              micros(operation.real("SampledMeanMicros")),
              micros(operation.real("SampledP50Micros")),
              micros(operation.real("SampledP99Micros")),
              micros(operation.real("SampledP999Micros")),
              micros(operation.real("SampledMaxMicros"))));
    }
  }

  private @Nullable Attributes earlier(String operation) {
    if (before == null) {
      return null;
    }
    return before.operations().stream()
        .filter(each -> each.text("Operation").equals(operation))
        .findFirst()
        .orElse(null);
  }

  private static String micros(double micros) {
    if (!(micros >= 0)) {
      return "-";
    }
    return String.format(Locale.ROOT, micros < 100 ? "%.1f" : "%,.0f", micros);
  }

  private void addEnsemble(Attributes ensemble, int rows) {
    lines.add("");
    lines.add(
        String.join(
            "   ",
            Figures.count(ensemble.number("SubstoreCount"), "substore"),
            Figures.count(ensemble.number("Splits"), "split") + " done",
            ensemble.number("QueuedSplits") + " waiting",
            "growth " + (ensemble.flag("Paused") ? "PAUSED, " : "") + ensemble.text("Phase")));
    if (!ensemble.text("Problem").isEmpty()) {
      lines.add("growth problem: " + ensemble.text("Problem"));
    }
    if (!ensemble.text("Donor").isEmpty()) {
      lines.add(split(ensemble));
    }
    List<StoreSample.Substore> substores = now.substores();
    int room = Math.max(0, rows - lines.size());
    int shown = substores.size() <= room ? substores.size() : Math.max(0, room - 1);
    substores.subList(0, shown).forEach(substore -> lines.add(substore(substore)));
    if (shown < substores.size()) {
      lines.add("and " + Figures.count(substores.size() - shown) + " more that are less full");
    }
  }

  private static String split(Attributes ensemble) {
    String target = ensemble.text("Target");
    long remaining = ensemble.number("RemainingMillis");
    double progress = ensemble.real("Progress");
    return String.join(
        "  ",
        ensemble.text("Donor") + (target.isEmpty() ? "" : " -> " + target),
        bar(progress),
        percent(progress),
        ensemble.text("Phase"),
        remaining < 0 ? "" : String.format(Locale.ROOT, "%,.1f s to go", remaining / 1e3));
  }

  private static String substore(StoreSample.Substore substore) {
    Attributes figures = substore.figures();
    String problem = figures.text("problem");
    return String.format(
        Locale.ROOT,
        "%-6s %s %5s %,14d keys %11s  %s",
        substore.name(),
        bar(substore.fill()),
        percent(substore.fill()),
        figures.number("keysAtMost"),
        Figures.bytes(figures.number("bytesAtMost")),
        figures.text("state") + (problem.isEmpty() ? "" : ": " + problem));
  }

  private static String bar(double part) {
    int full = (int) Math.round(BAR * Math.max(0, Math.min(1, part))); // 0 if it is not known
    return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "]";
  }

  private static String percent(double part) {
    return Double.isNaN(part) ? "?" : String.format(Locale.ROOT, "%.0f %%", part * 100);
  }
}
