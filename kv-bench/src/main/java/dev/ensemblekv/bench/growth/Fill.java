// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import dev.ensemblekv.api.KvStats;
import java.util.List;

/**
 * How full the substores are at a moment, each against its own limit.
 *
 * @param min of the emptiest
 * @param mean of all
 * @param max of the fullest
 * @param heldUp the part of all puts that go to substores whose writers are held up
 * @param heldUpNanos for how long a put is held up in the mean, over all puts
 */
record Fill(double min, double mean, double max, double heldUp, double heldUpNanos) {
  /** How full a substore is when its writers begin to be held up, as in the ensemble. */
  private static final double HOLD_UP_FILL = 1.5;

  private static final double MAX_STALL_NANOS = 10e6;

  /** Takes the figures of an ensemble. */
  static Fill of(KvStats ensemble, long bases) {
    List<KvStats> substores = ensemble.substores();
    double min = Double.MAX_VALUE;
    double max = 0;
    double sum = 0;
    double heldUp = 0;
    double heldUpNanos = 0;
    for (KvStats substore : substores) {
      double fill = fill(substore);
      min = Math.min(min, fill);
      max = Math.max(max, fill);
      sum += fill;
      if (fill > HOLD_UP_FILL) {
        double share = Math.pow(2, -depth(substore)) / bases;
        heldUp += share;
        heldUpNanos += share * MAX_STALL_NANOS * Math.min(1, fill - HOLD_UP_FILL);
      }
    }
    return new Fill(min, sum / substores.size(), max, heldUp, heldUpNanos);
  }

  private static double fill(KvStats substore) {
    return Math.max(
        number(substore, "keysBound") / number(substore, "keysLimit"),
        number(substore, "bytesBound") / number(substore, "bytesLimit"));
  }

  private static int depth(KvStats substore) {
    String region = substore.facts().getOrDefault("region", "");
    return Integer.parseInt(region.split("/", -1)[1]);
  }

  private static double number(KvStats stats, String name) {
    return stats.metric(name).orElseThrow().value();
  }
}
