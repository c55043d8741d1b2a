// SPDX-License-Identifier: Apache-2.0
package com.example.mvstore;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvCapacity;
import dev.ensemblekv.spi.KvOpenContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The backend {@code mvstore}: stores in one file of H2's MVStore, a B-tree in pure Java that
 * writes only where nothing is. Each write is on the medium at its return; those that come at the
 * same time share a commit.
 */
public final class MvBackend implements KvBackend {
  static final Set<KvFeature> FEATURES =
      EnumSet.of(
          KvFeature.ORDERED,
          KvFeature.COMPARE_AND_SET,
          KvFeature.COMPACT,
          KvFeature.SYNC_WRITES,
          KvFeature.PERSISTENT,
          KvFeature.EXCLUSIVE,
          KvFeature.LINEARIZABLE,
          KvFeature.ATOMIC_BATCH,
          KvFeature.ISOLATED_BATCH,
          KvFeature.SNAPSHOT,
          KvFeature.SURVIVES_PROCESS_CRASH,
          KvFeature.CONSTANT_TIME_SIZE);

  /** A commit is in memory as a whole before it is written. */
  static final KvLimits LIMITS = new KvLimits(64 << 10, 16 << 20, 64L << 20);

  /** Called by the service loader, or by hand. */
  public MvBackend() {}

  @Override
  public String name() {
    return "mvstore";
  }

  @Override
  public String description() {
    return "A B-tree in one file (H2's MVStore), in pure Java: durable commits, snapshots.";
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
    return List.of(MvOptions.CACHE, MvOptions.COMPRESS);
  }

  /** What an ensemble splits by, unless it is told otherwise. */
  @Override
  public KvCapacity capacity() {
    return new KvCapacity(1_000_000, 1L << 30);
  }

  @Override
  public Optional<String> engine() {
    return Optional.of("H2 MVStore");
  }

  @Override
  public KvStore open(KvOpenContext context) {
    return MvKvStore.open(context);
  }
}
