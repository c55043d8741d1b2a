// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.engine.Engines;
import dev.ensemblekv.bench.report.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * The first engine of a report beside that library, of those used without us, which has the best
 * median: another one in each column.
 */
final class BestLibrary {
  private BestLibrary() {}

  /** Returns a row for each column; nothing if there is no store of ours beside libraries. */
  static List<Table> of(Report report, List<Column> columns) {
    String first = report.engines().get(0);
    List<String> libraries = report.engines().stream().filter(Engines::isLibrary).toList();
    if (Engines.isLibrary(first) || libraries.isEmpty() || columns.isEmpty()) {
      return List.of();
    }
    List<List<String>> rows = new ArrayList<>();
    for (Column column : columns) {
      rows.add(row(report, column, first, best(report, column, libraries)));
    }
    return List.of(
        new Table(
            List.of(report.title(), first, "best library", "", first + " / best", "ahead"), rows));
  }

  private static String best(Report report, Column column, List<String> libraries) {
    String best = libraries.get(0);
    for (String library : libraries) {
      double figure = report.medianOf(library, column);
      double bestFigure = report.medianOf(best, column);
      if (Double.isNaN(bestFigure) || column.isBetter(figure, bestFigure)) {
        best = library;
      }
    }
    return best;
  }

  private static List<String> row(Report report, Column column, String first, String best) {
    double own = report.medianOf(first, column);
    double other = report.medianOf(best, column);
    String ahead = column.isBetter(other, own) ? best : column.isBetter(own, other) ? first : "";
    return List.of(
        column.title(),
        column.format(own),
        Double.isNaN(other) ? "" : best,
        column.format(other),
        report.ratio(first, best, column),
        ahead);
  }
}
