// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.ensemble.RoutingTable.Slot;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the statistics of an ensemble of those of its substores and of its growth. */
final class EnsembleStats {
  private EnsembleStats() {}

  static KvStats of(
      KvStats.Builder stats,
      Topology topology,
      EnsembleControl.Status growth,
      Roots roots,
      Backpressure backpressure,
      Map<Integer, String> unsplittable) {
    RoutingTable table = topology.table();
    Sums sums = new Sums();
    RootStats ofRoots = new RootStats(roots);
    for (Slot slot : table.slots()) {
      KvStats inner = slot.substore().stats();
      sums.add(slot, inner);
      ofRoots.add(slot.substore(), inner);
      stats.substore(
          ofRoots.located(
              slot.substore(), substore(slot, inner, unsplittable.get(slot.substore().id()))));
    }
    sums.addTo(stats, table.slots().size());
    ofRoots.addTo(stats);
    growth(stats, growth);
    stats.metric(
        KvMetric.counter(
            "stalledWrites",
            backpressure.stalls(),
            Unit.COUNT,
            "Writes that were held up for a split."));
    stats.metric(
        KvMetric.counter(
            "stallNanos",
            backpressure.stallNanos(),
            Unit.NANOSECONDS,
            "Time that writes were held up for a split."));
    state(stats, topology.failure(), sums, growth);
    return stats.build();
  }

  private static KvStats substore(Slot slot, KvStats inner, @Nullable String obstacle) {
    Substore substore = slot.substore();
    SubstoreSize size = substore.size();
    KvStats.Builder stats = KvStats.builder(inner.spec(), substore.name());
    stats.state(inner.state(), inner.problem().orElse(null));
    inner
        .metrics()
        .forEach(metric -> stats.metric(slot.holdsForeignKeys() ? bound(metric) : metric));
    inner.facts().forEach(stats::fact);
    stats.metric(
        KvMetric.upperBound(
            "keysBound", size.keysBound(), Unit.COUNT, "Live keys, by the puts since a count."));
    stats.metric(
        KvMetric.upperBound(
            "bytesBound", size.bytesBound(), Unit.BYTES, "Live bytes, by the puts since a count."));
    stats.metric(
        KvMetric.gauge(
            "keysLimit", size.keysLimit(), Unit.COUNT, "Live keys at which the substore splits."));
    stats.metric(
        KvMetric.gauge(
            "bytesLimit",
            size.bytesLimit(),
            Unit.BYTES,
            "Live bytes at which the substore splits."));
    stats.fact("region", slot.region().toString());
    if (slot.holdsForeignKeys()) {
      stats.fact("cleaning", "true");
    }
    if (obstacle != null) {
      stats.fact("unsplittable", obstacle);
    }
    return stats.build();
  }

  /** What the engine counts includes what the substore has handed over and not yet removed. */
  private static KvMetric bound(KvMetric metric) {
    boolean counted =
        metric.name().equals(KvMetric.KEYS) || metric.name().equals(KvMetric.LIVE_BYTES);
    return counted
        ? KvMetric.upperBound(metric.name(), metric.asLong(), metric.unit(), metric.text())
        : metric;
  }

  private static void growth(KvStats.Builder stats, EnsembleControl.Status growth) {
    stats.metric(
        KvMetric.counter(
            "splits", growth.splits(), Unit.COUNT, "Splits that came to their cutover."));
    stats.metric(
        KvMetric.counter(
            "splitFailures", growth.failures(), Unit.COUNT, "Steps of growth that failed."));
    stats.metric(
        KvMetric.gauge("splitsQueued", growth.queued(), Unit.COUNT, "Substores to be split."));
    stats.metric(
        KvMetric.estimate(
            "splitProgress", growth.progress(), Unit.RATIO, "How far the work at hand has come."));
    stats.fact("growth", describe(growth));
    growth.problem().ifPresent(problem -> stats.fact("growthProblem", problem));
  }

  private static String describe(EnsembleControl.Status growth) {
    String text =
        growth.phase().name().toLowerCase(Locale.ROOT).replace('_', ' ')
            + growth.donor().map(donor -> " " + donor).orElse("")
            + growth.target().map(target -> " -> " + target).orElse("");
    if (growth.donor().isPresent()) {
      text += ", " + Math.round(growth.progress() * 100) + " %";
    }
    text += growth.remaining().map(time -> ", about " + time.toSeconds() + " s to go").orElse("");
    return growth.paused() ? text + ", paused" : text;
  }

  private static void state(
      KvStats.Builder stats,
      @Nullable KvException failure,
      Sums sums,
      EnsembleControl.Status growth) {
    if (failure != null) {
      stats.state(KvState.FAILED, failure.getMessage());
    } else if (sums.sick.isPresent()) {
      stats.state(KvState.DEGRADED, sums.sick.get());
    } else if (growth.problem().isPresent()) {
      stats.state(KvState.DEGRADED, growth.problem().get());
    }
  }

  /** Returns the substore that is nearest to its limit, or farthest over it. */
  static Substore fullest(RoutingTable table) {
    return table.slots().stream()
        .map(Slot::substore)
        .max(Comparator.comparingDouble(substore -> substore.size().fill()))
        .orElseThrow();
  }

  /** What adds up over the substores. */
  private static final class Sums {
    private long keys;
    private long bytes;
    private long maxKeys;
    private long maxBytes;
    private boolean exactKeys = true;
    private boolean exactBytes = true;
    private Optional<String> sick = Optional.empty();

    void add(Slot slot, KvStats inner) {
      exactKeys &= Substore.isExact(inner, KvMetric.KEYS) && !slot.holdsForeignKeys();
      exactBytes &= Substore.isExact(inner, KvMetric.LIVE_BYTES) && !slot.holdsForeignKeys();
      SubstoreSize size = slot.substore().size();
      long ofThis = Substore.bound(inner, KvMetric.KEYS, size.keysBound());
      keys += ofThis;
      maxKeys = Math.max(maxKeys, ofThis);
      long bytesOfThis = Substore.bound(inner, KvMetric.LIVE_BYTES, size.bytesBound());
      bytes += bytesOfThis;
      maxBytes = Math.max(maxBytes, bytesOfThis);
      if (inner.state() != KvState.OPEN && sick.isEmpty()) {
        sick =
            Optional.of(
                slot.substore()
                    + " is "
                    + inner.state()
                    + inner.problem().map(p -> ": " + p).orElse(""));
      }
    }

    private static KvMetric total(String name, long value, boolean exact, Unit unit, String text) {
      return exact
          ? KvMetric.gauge(name, value, unit, text)
          : KvMetric.upperBound(name, value, unit, text);
    }

    void addTo(KvStats.Builder stats, int substores) {
      stats.metric(total(KvMetric.KEYS, keys, exactKeys, Unit.COUNT, "Number of live keys."));
      stats.metric(
          total(
              KvMetric.LIVE_BYTES,
              bytes,
              exactBytes,
              Unit.BYTES,
              "Bytes of live keys and values."));
      stats.metric(KvMetric.gauge("substores", substores, Unit.COUNT, "Number of substores."));
      stats.metric(
          KvMetric.estimate(
              "imbalance",
              imbalance(maxKeys, keys, substores),
              Unit.RATIO,
              "Keys of the largest substore to the mean; 1 to 2 by nature."));
      stats.metric(
          KvMetric.estimate(
              "bytesImbalance",
              imbalance(maxBytes, bytes, substores),
              Unit.RATIO,
              "Live bytes of the largest substore to the mean; more where few values are huge."));
    }

    private static double imbalance(long max, long sum, int substores) {
      return sum == 0 ? 1 : (double) max * substores / sum;
    }
  }
}
