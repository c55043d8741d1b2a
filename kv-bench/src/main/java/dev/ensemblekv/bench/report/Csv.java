// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.report;

/** Comma-separated values, as RFC 4180 has them. */
public final class Csv {
  private Csv() {}

  /** Quotes a text, in which commas and quotes may be. */
  public static String cell(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }
}
