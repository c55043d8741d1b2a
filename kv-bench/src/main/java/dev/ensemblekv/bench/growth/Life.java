// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import dev.ensemblekv.api.KvTask;
import java.util.List;

/**
 * What came of a plan.
 *
 * @param doublings what happened, the last doubling as far as it went
 * @param keys how many keys the ensemble counts in the end
 * @param verification whether each of them is in the substore that owns it, and only there
 * @param imbalance keys of the largest substore in the end, by those of the mean one
 * @param bytesImbalance the same of bytes
 * @param fill of the fullest substore in the end, by its own limit
 * @param failures how often something that the growth did failed
 * @param memoryBytes what the ensemble itself has in memory
 */
record Life(
    List<Doubling> doublings,
    long keys,
    KvTask.Result verification,
    double imbalance,
    double bytesImbalance,
    double fill,
    long failures,
    long memoryBytes) {

  /** Returns the same with another size in memory. */
  Life withMemoryBytes(long bytes) {
    return new Life(
        doublings, keys, verification, imbalance, bytesImbalance, fill, failures, bytes);
  }

  /** Returns all doublings as if they were one. */
  Doubling sum() {
    Doubling sum = new Doubling();
    doublings.forEach(sum::add);
    return sum;
  }
}
