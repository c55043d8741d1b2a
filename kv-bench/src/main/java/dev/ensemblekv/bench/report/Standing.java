// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * How an engine of ours stands beside the best library.
 *
 * @param figure in what
 * @param own the engine
 * @param ownNumber its number
 * @param library the library
 * @param libraryNumber its number
 * @param ratio of the engine to the library, as text
 * @param behind how many times as good the library is; below one if it is worse, infinite if the
 *     engine cannot do it at all, and not a number if that is not known
 */
public record Standing(
    String figure,
    String own,
    String ownNumber,
    String library,
    String libraryNumber,
    String ratio,
    double behind) {

  /** Shows all in their order, below one title; nothing if there are none. */
  public static List<Table> tables(String title, List<Standing> standings) {
    if (standings.isEmpty()) {
      return List.of();
    }
    String own = standings.get(0).own();
    return List.of(
        new Table(
            List.of(title, own, "best library", "", own + " / best", "ahead"),
            standings.stream()
                .map(
                    standing ->
                        List.of(
                            standing.figure,
                            standing.ownNumber,
                            standing.library,
                            standing.libraryNumber,
                            standing.ratio,
                            standing.behind > 1
                                ? standing.library
                                : standing.behind < 1 ? own : ""))
                .toList()));
  }

  /** Shows those in which the library is better, of all sections, the worst first. */
  public static List<Table> losses(List<Section> sections) {
    List<List<String>> rows =
        sections.stream()
            .flatMap(
                section ->
                    section.standings().stream()
                        .filter(standing -> standing.behind > 1)
                        .map(standing -> new Loss(section.name(), standing)))
            .sorted(Comparator.comparingDouble((Loss loss) -> -loss.standing.behind))
            .map(Loss::cells)
            .toList();
    return rows.isEmpty()
        ? List.of()
        : List.of(
            new Table(
                List.of("figure", "section", "ours", "", "best library", "", "times as good"),
                rows));
  }

  private record Loss(String section, Standing standing) {
    List<String> cells() {
      return List.of(
          standing.figure,
          section,
          standing.own,
          standing.ownNumber,
          standing.library,
          standing.libraryNumber,
          Double.isInfinite(standing.behind)
              ? "n/a"
              : String.format(Locale.ROOT, "%.2f", standing.behind));
    }
  }
}
