// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Some keys of a donor that a split moves or cleans up, with the stripes they need: few enough that
 * writers are not held up for long, enough that an engine which pays for each write pays once.
 */
final class MovingKeys {

  /** What is done with the keys, under their stripes. */
  interface Action {
    void accept(List<byte[]> keys);
  }

  private final Substore donor;
  private final List<byte[]> keys = new ArrayList<>();
  private final BitSet stripes = new BitSet();

  MovingKeys(Substore donor) {
    this.donor = donor;
  }

  void add(byte[] key, int bits) {
    keys.add(key);
    stripes.set(donor.stripes().stripe(bits));
  }

  /** Does something under the stripes of all keys, if there are any. */
  void underStripes(Action action) {
    if (keys.isEmpty()) {
      return;
    }
    donor.stripes().lock(stripes);
    try {
      action.accept(keys);
    } finally {
      donor.stripes().unlock(stripes);
    }
  }
}
