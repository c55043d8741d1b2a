// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvStats;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the statistics of an ensemble tell of its roots, where there are several. */
final class RootStats {
  private final Roots roots;
  private final SortedMap<Integer, Share> shares = new TreeMap<>();

  /** What one root holds. */
  private static final class Share {
    long substores;
    long bytes;
  }

  RootStats(Roots roots) {
    this.roots = roots;
    roots.all().forEach(root -> shares.put(root.number(), new Share()));
  }

  private boolean isSpread() {
    return shares.size() > 1;
  }

  void add(Substore substore, KvStats inner) {
    Share share = shares.get(substore.root());
    if (share != null) {
      share.substores++;
      share.bytes += Substore.bound(inner, KvMetric.LIVE_BYTES, substore.size().bytesBound());
    }
  }

  /** Adds to the statistics of a substore where it is. */
  KvStats located(Substore substore, KvStats stats) {
    return isSpread()
        ? stats.toBuilder().fact("root", Integer.toString(substore.root())).build()
        : stats;
  }

  void addTo(KvStats.Builder stats) {
    if (isSpread()) {
      shares.forEach((number, share) -> addTo(stats, roots.get(number), share));
    }
  }

  private void addTo(KvStats.Builder stats, Root root, Share share) {
    String name = "root" + root.number();
    stats.fact(name, root.path().toString());
    stats.metric(
        KvMetric.gauge(name + "Substores", share.substores, Unit.COUNT, "Substores in this root."));
    stats.metric(
        KvMetric.upperBound(
            name + "LiveBytes", share.bytes, Unit.BYTES, "Live bytes of the substores in it."));
    roots
        .freeBytes(root)
        .ifPresent(
            free ->
                stats.metric(
                    KvMetric.estimate(
                        name + "FreeBytes",
                        (double) free,
                        Unit.BYTES,
                        "Bytes left on its disk when the store was opened or last split.")));
  }
}
