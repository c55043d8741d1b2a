// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The layer {@code ensemble}: one store over many substores of any backend, whose number doubles as
 * they fill, one split after the other, while the store is used.
 */
public final class EnsembleBackend implements KvBackend {
  /** What holds of the whole if it holds of every substore. */
  private static final Set<KvFeature> PASSED_ON =
      EnumSet.of(
          KvFeature.ORDERED,
          KvFeature.COMPARE_AND_SET,
          KvFeature.COMPACT,
          KvFeature.SYNC_WRITES,
          KvFeature.PERSISTENT,
          KvFeature.EXCLUSIVE,
          KvFeature.LINEARIZABLE,
          KvFeature.SURVIVES_PROCESS_CRASH,
          KvFeature.CHECKSUMMED_VALUES,
          KvFeature.CHECKSUMMED_ALL);

  /** Called by the service loader, or by hand. */
  public EnsembleBackend() {}

  @Override
  public String name() {
    return "ensemble";
  }

  @Override
  public String description() {
    return "Spreads one store over many substores of another backend, and doubles them online.";
  }

  @Override
  public Set<KvFeature> features() {
    Set<KvFeature> features = EnumSet.copyOf(PASSED_ON);
    features.add(KvFeature.ATOMIC_BATCH);
    return features;
  }

  /**
   * Returns the features of an ensemble over stores that have the given ones.
   *
   * @param journaled whether batches over several of them go through a journal
   */
  static Set<KvFeature> featuresOver(Set<KvFeature> inner, boolean journaled) {
    Set<KvFeature> features = EnumSet.copyOf(PASSED_ON);
    features.retainAll(inner);
    if (journaled) {
      features.add(KvFeature.ATOMIC_BATCH);
    }
    return features;
  }

  @Override
  public KvLimits limits() {
    return new KvLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  @Override
  public List<KvOption<?>> options() {
    return EnsembleOptions.ALL;
  }

  @Override
  public boolean isLayer() {
    return true;
  }

  @Override
  public KvStore open(KvOpenContext context) {
    return EnsembleOpening.open(context);
  }

  @Override
  public Runnable destroying(KvOpenContext context, boolean begun) {
    return EnsembleOpening.destroying(context, begun);
  }

  @Override
  public KvTask.Body repair(KvOpenContext context) {
    return Repair.of(context);
  }
}
