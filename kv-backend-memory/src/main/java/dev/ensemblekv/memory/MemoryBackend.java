// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.memory;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The backend {@code memory}: stores that live on the heap and end with their process. */
public final class MemoryBackend implements KvBackend {
  static final Set<KvFeature> FEATURES =
      EnumSet.of(
          KvFeature.ORDERED,
          KvFeature.COMPARE_AND_SET,
          KvFeature.EXCLUSIVE,
          KvFeature.LINEARIZABLE,
          KvFeature.ISOLATED_BATCH,
          KvFeature.SNAPSHOT,
          KvFeature.CONSTANT_TIME_SIZE);
  static final KvLimits LIMITS = new KvLimits(64 << 10, 64 << 20, 1L << 30);

  /** Called by the service loader, or by hand. */
  public MemoryBackend() {}

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String description() {
    return "A sorted map on the heap, for tests and as the reference of how a store behaves.";
  }

  @Override
  public Set<KvFeature> features() {
    return EnumSet.copyOf(FEATURES);
  }

  @Override
  public KvLimits limits() {
    return LIMITS;
  }

  @Override
  public List<KvOption<?>> options() {
    return List.of();
  }

  @Override
  public boolean needsDirectory() {
    return false;
  }

  @Override
  public KvStore open(KvOpenContext context) {
    return new MemoryStore(context);
  }
}
