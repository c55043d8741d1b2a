// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A comparison of two stores, pair by pair, in both directions: what is in one only, or different,
 * is counted, and the first of it named.
 */
final class Comparison {
  private static final int NAMED = 20;

  private final List<String> firstDifferences = new ArrayList<>();
  private long differences;
  private long missing;
  private long equalPairs;

  /** Compares two stores that nobody writes to. */
  static Comparison of(KvStore left, KvStore right, Progress progress) {
    Comparison comparison = new Comparison();
    comparison.lookUp(left, right, progress);
    comparison.lookForMore(left, right, progress);
    return comparison;
  }

  private void lookUp(KvStore left, KvStore right, Progress progress) {
    try (Walk walk = Walk.over(left)) {
      while (walk.next()) {
        byte[] key = walk.key();
        byte[] found = key.length <= right.limits().maxKeyBytes() ? right.get(key) : null;
        if (Arrays.equals(walk.value(), found)) {
          equalPairs++;
        } else {
          missing += found == null ? 1 : 0;
          add(KeyText.format(key) + (found == null ? " is missing" : " has another value"));
        }
        progress.step(1);
      }
    }
  }

  private void lookForMore(KvStore left, KvStore right, Progress progress) {
    try (Walk walk = Walk.over(right)) {
      while (walk.next()) {
        byte[] key = walk.key();
        if (key.length > left.limits().maxKeyBytes() || !left.exists(key)) {
          add(KeyText.format(key) + " is too much");
        }
        progress.step(1);
      }
    }
  }

  private void add(String difference) {
    differences++;
    if (firstDifferences.size() < NAMED) {
      firstDifferences.add(difference);
    }
  }

  /** Returns how many pairs are in both, the same. */
  long equalPairs() {
    return equalPairs;
  }

  /** Tells whether nothing differs but that some pairs of the left store are missing. */
  boolean isEqualBut(long missingPairs) {
    return differences == missing && missing == missingPairs;
  }

  /** Returns how many keys differ. */
  long differences() {
    return differences;
  }

  /** Returns the first differences, each as what is wrong with the right store. */
  List<String> firstDifferences() {
    return List.copyOf(firstDifferences);
  }
}
