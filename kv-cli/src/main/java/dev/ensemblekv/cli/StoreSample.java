// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a store of another process at a moment.
 *
 * @param millis when that was
 * @param store the attributes of its bean {@code Store}
 * @param operations those of its beans {@code Latency}
 * @param ensemble those of its bean {@code Ensemble}, if it is one
 * @param substores the rows of the attribute {@code Substores}, the fullest first
 */
record StoreSample(
    long millis,
    Attributes store,
    List<Attributes> operations,
    Optional<Attributes> ensemble,
    List<Substore> substores) {
  private static final String[] STORE = {
    "Name",
    "Spec",
    "Path",
    "State",
    "Problem",
    "KeysAtMost",
    "KeysExact",
    "LiveBytesAtMost",
    "LiveBytesExact",
    "DeadBytes",
    "DiskBytes",
    "UnsyncedBytes",
    "Hits",
    "Misses",
    "ReadBytes",
    "WrittenBytes",
    "StatisticsSince"
  };
  private static final String[] OPERATION = {
    "Operation",
    "Calls",
    "Failures",
    "SampledMeanMicros",
    "SampledP50Micros",
    "SampledP99Micros",
    "SampledP999Micros",
    "SampledMaxMicros"
  };
  private static final String[] ENSEMBLE = {
    "SubstoreCount",
    "Phase",
    "Paused",
    "Donor",
    "Target",
    "Progress",
    "RemainingMillis",
    "QueuedSplits",
    "Splits",
    "Problem",
    "Substores"
  };

  /** A substore, by its name. */
  record Substore(String name, Attributes figures) {

    double fill() {
      return figures.real("fill");
    }

    private static final Comparator<Substore> FULLEST_FIRST =
        Comparator.comparingDouble(Substore::fill).reversed().thenComparing(Substore::name);
  }

  /** Reads the figures of now. */
  static StoreSample read(ManagedStore store, long millis) {
    Optional<Attributes> ensemble = store.bean("Ensemble").map(bean -> bean.read(ENSEMBLE));
    return new StoreSample(
        millis,
        store.store().read(STORE),
        store.latencies().stream().map(bean -> bean.read(OPERATION)).toList(),
        ensemble,
        substores(ensemble.map(values -> values.value("Substores")).orElse(null)));
  }

  private static List<Substore> substores(@Nullable Object table) {
    List<Substore> substores = new ArrayList<>();
    if (table instanceof TabularData rows) {
      Collection<?> all = rows.values();
      for (Object row : all) {
        if (row instanceof CompositeData entry
            && entry.get("value") instanceof CompositeData figures) {
          substores.add(new Substore(String.valueOf(entry.get("key")), Attributes.of(figures)));
        }
      }
    }
    substores.sort(Substore.FULLEST_FIRST);
    return substores;
  }
}
