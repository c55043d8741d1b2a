// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import java.util.Collection;
import java.util.Comparator;

/** Finds the word that someone probably meant. */
final class Nearest {
  private Nearest() {}

  /** Returns the word with the least Levenshtein distance, whatever that is. */
  static String of(String word, Collection<String> words) {
    return words.stream().min(Comparator.comparingInt(other -> distance(word, other))).orElse("");
  }

  /** Counts the insertions, deletions and replacements that make one word of the other. */
  static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int replaced = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[right.length()];
  }
}
