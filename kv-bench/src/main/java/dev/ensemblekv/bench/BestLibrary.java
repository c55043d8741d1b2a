// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.engine.Engines;
import dev.ensemblekv.bench.report.Standing;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The first engine of ours in a report beside that library, of those used without us, which has the
 * best median: another one in each figure.
 */
final class BestLibrary {
  private BestLibrary() {}

  /** Returns how it stands in each figure; nothing if there is no engine of ours, or no library. */
  static List<Standing> of(Report report, Predicate<Figure> figures) {
    Optional<String> own =
        report.engines().stream().filter(engine -> !Engines.isLibrary(engine)).findFirst();
    List<String> libraries = report.engines().stream().filter(Engines::isLibrary).toList();
    if (own.isEmpty() || libraries.isEmpty()) {
      return List.of();
    }
    return report.figures().stream()
        .filter(figures.and(Figure::isOfEngine))
        .map(figure -> standing(report, figure, own.get(), best(report, figure, libraries)))
        .toList();
  }

  private static String best(Report report, Figure figure, List<String> libraries) {
    String best = libraries.get(0);
    for (String library : libraries) {
      double number = report.medianOf(library, figure);
      double bestNumber = report.medianOf(best, figure);
      if (Double.isNaN(bestNumber) || figure.isBetter(number, bestNumber)) {
        best = library;
      }
    }
    return best;
  }

  private static Standing standing(Report report, Figure figure, String own, String best) {
    double number = report.medianOf(own, figure);
    double other = report.medianOf(best, figure);
    return new Standing(
        figure.title(),
        own,
        figure.format(number),
        Double.isNaN(other) ? "" : best,
        figure.format(other),
        report.ratio(own, best, figure),
        figure.timesAsGood(other, number));
  }
}
