// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvStore;

/**
 * All pairs of a store.
 *
 * @param store the store; closed by someone else
 */
record StorePairs(KvStore store) implements PairSource {

  @Override
  public void readTo(PairWriter writer, Skips skips) {
    try (Walk walk = Walk.over(store)) {
      while (walk.next()) {
        byte[] key = walk.key();
        writer.submit(PendingPair.of(new Pair(key, walk.value()), KeyText.format(key)));
      }
    }
  }

  @Override
  public long count() {
    return Progress.expectedPairs(store);
  }
}
