// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code kv top} shows of a store: lines of text, made of two samples of its figures. */
final class TopView {
  private static final int LONGEST_BAR = 30;
  private static final int SHORTEST_BAR = 5;

  /** What is beside the bar of a substore, up to its state. */
  private static final int BESIDE_BAR = 55;

  private final StoreSample now;
  private final @Nullable StoreSample before;
  private final int columns;
  private final List<String> lines = new ArrayList<>();

  private TopView(StoreSample now, @Nullable StoreSample before, int columns) {
    this.now = now;
    this.before = before;
    this.columns = columns;
  }

  /**
   * Shows a store.
   *
   * @param before an earlier sample, since which rates are told; if there is none, they are told
   *     since the store began to count
   * @param columns how long a line can be; what does not fit goes to the next line, and of the
   *     operations the less important columns are left out
   * @param rows how many lines there can be; substores that have no place are counted
   */
  static List<String> of(StoreSample now, @Nullable StoreSample before, int columns, int rows) {
    TopView view = new TopView(now, before, columns);
    view.addStore();
    view.addOperations();
    now.ensemble().ifPresent(ensemble -> view.addEnsemble(ensemble, rows));
    return view.lines.stream()
        .limit(rows)
        .map(KeyText::oneLine)
        .map(line -> line.length() > columns ? line.substring(0, columns) : line)
        .toList();
  }

  /** Adds a line of parts, or several where they do not fit into one. */
  private void flow(String between, String... parts) {
    StringBuilder line = new StringBuilder();
    for (String part : parts) {
      if (part.isEmpty()) {
        continue;
      }
      if (line.length() > 0 && columns - between.length() - part.length() < line.length()) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : between).append(part);
    }
    lines.add(line.toString());
  }

  private void addStore() {
    Attributes store = now.store();
    flow("  ", store.text("Name"), store.text("Spec"), store.text("State"), store.text("Path"));
    if (!store.text("Problem").isEmpty()) {
      lines.add("problem: " + store.text("Problem"));
    }
    long keys = store.number("KeysAtMost");
    flow(
        "   ",
        "keys " + atMost(store.flag("KeysExact"), keys, keys < 0 ? "?" : Figures.count(keys)),
        "live "
            + atMost(
                store.flag("LiveBytesExact"),
                store.number("LiveBytesAtMost"),
                bytes("LiveBytesAtMost")),
        "dead " + bytes("DeadBytes"),
        "disk " + bytes("DiskBytes"),
        "unsynced " + bytes("UnsyncedBytes"));
    long hits = since("Hits");
    long reads = hits + since("Misses");
    flow(
        "   ",
        "read " + Figures.bytes(perSecond(since("ReadBytes"))) + "/s",
        "written " + Figures.bytes(perSecond(since("WrittenBytes"))) + "/s",
        "hits " + (reads == 0 ? "-" : percent((double) hits / reads)),
        String.format(Locale.ROOT, "over %.1f s", millis() / 1e3));
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
    OperationTable table = new OperationTable(columns);
    lines.add("");
    lines.add(table.header());
    for (Attributes operation : now.operations()) {
      Attributes earlier = earlier(operation.text("Operation"));
      lines.add(table.row(operation, perSecond(grown(operation, earlier, "Calls"))));
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

  private void addEnsemble(Attributes ensemble, int rows) {
    lines.add("");
    flow(
        "   ",
        Figures.count(ensemble.number("SubstoreCount"), "substore"),
        Figures.count(ensemble.number("Splits"), "split") + " done",
        ensemble.number("QueuedSplits") + " waiting",
        "growth " + (ensemble.flag("Paused") ? "PAUSED, " : "") + ensemble.text("Phase"));
    if (!ensemble.text("Problem").isEmpty()) {
      lines.add("growth problem: " + ensemble.text("Problem"));
    }
    if (!ensemble.text("Donor").isEmpty()) {
      addSplit(ensemble);
    }
    List<StoreSample.Substore> substores = now.substores();
    int room = Math.max(0, rows - lines.size());
    int shown = substores.size() <= room ? substores.size() : Math.max(0, room - 1);
    substores.subList(0, shown).forEach(substore -> lines.add(substore(substore)));
    if (shown < substores.size()) {
      lines.add("and " + Figures.count(substores.size() - shown) + " more that are less full");
    }
  }

  private void addSplit(Attributes ensemble) {
    String target = ensemble.text("Target");
    long remaining = ensemble.number("RemainingMillis");
    double progress = ensemble.real("Progress");
    flow(
        "  ",
        ensemble.text("Donor") + (target.isEmpty() ? "" : " -> " + target),
        bar(progress),
        percent(progress),
        ensemble.text("Phase"),
        remaining < 0 ? "" : String.format(Locale.ROOT, "%,.1f s to go", remaining / 1e3));
  }

  private String substore(StoreSample.Substore substore) {
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

  private String bar(double part) {
    int length = Math.max(SHORTEST_BAR, Math.min(LONGEST_BAR, columns - BESIDE_BAR));
    int full = (int) Math.round(length * Math.max(0, Math.min(1, part))); // 0 if it is not known
    return "[" + "#".repeat(full) + "-".repeat(length - full) + "]";
  }

  private static String percent(double part) {
    return Double.isNaN(part) ? "?" : String.format(Locale.ROOT, "%.0f %%", part * 100);
  }
}
