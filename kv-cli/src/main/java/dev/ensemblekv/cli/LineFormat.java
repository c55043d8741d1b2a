// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.Arrays;

/** How a line of an input file is a pair. */
@FunctionalInterface
interface LineFormat {
  /** JSON Lines, as they are exported. */
  LineFormat JSONL = PairJson::parse;

  /** The key up to the first tab, the value behind it; both are bytes as they stand. */
  LineFormat TSV = LineFormat::parseTabbed;

  /** The line is a key, with an empty value. */
  LineFormat LINES = line -> new Pair(line, new byte[0]);

  /**
   * Reads a line, which is not empty.
   *
   * @throws MalformedLineException if it is not a pair
   */
  Pair parse(byte[] line) throws MalformedLineException;

  private static Pair parseTabbed(byte[] line) throws MalformedLineException {
    int tab = 0;
    while (tab < line.length && line[tab] != '\t') {
      tab++;
    }
    if (tab == line.length) {
      throw new MalformedLineException("there is no tab");
    }
    return new Pair(Arrays.copyOf(line, tab), Arrays.copyOfRange(line, tab + 1, line.length));
  }
}
