// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.report;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A table of text, the first column of which names the rows.
 *
 * @param head the titles of the columns
 * @param rows as many cells each
 */
public record Table(List<String> head, List<List<String>> rows) {

  /** Copies the lists. */
  public Table {
    head = List.copyOf(head);
    rows = rows.stream().map(List::copyOf).toList();
  }

  /** Writes it as Markdown. */
  public String toMarkdown() {
    return line(head)
        + "|"
        + "---|".repeat(head.size())
        + "\n"
        + rows.stream().map(Table::line).collect(Collectors.joining());
  }

  private static String line(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
