// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvCapacity;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The backend {@code lmdb}: stores in a memory-mapped B+tree that never overwrites what a reader
 * sees, by the library LMDB. For data that is read more than written, and for scans.
 *
 * <p><b>Durability.</b> By default each write is on the medium at its return; writers that come at
 * the same time share a commit. {@link LmdbOptions#DURABILITY} gives some of it up for speed.
 * Whatever it says, the death of the process takes away nothing.
 *
 * <p><b>Readers.</b> Reads take no lock and never wait for writers. A scan shows one point in time
 * until it is closed; as long as it is open, the space of everything that was replaced or deleted
 * since is not used again. Iterations hold nothing between their steps.
 */
public final class LmdbBackend implements KvBackend {
  static final Set<KvFeature> FEATURES =
      EnumSet.of(
          KvFeature.ORDERED,
          KvFeature.COMPARE_AND_SET,
          KvFeature.CHECKPOINT,
          KvFeature.SYNC_WRITES,
          KvFeature.PERSISTENT,
          KvFeature.EXCLUSIVE,
          KvFeature.LINEARIZABLE,
          KvFeature.ATOMIC_BATCH,
          KvFeature.ISOLATED_BATCH,
          KvFeature.SNAPSHOT,
          KvFeature.SURVIVES_PROCESS_CRASH,
          KvFeature.CHECKSUMMED_VALUES,
          KvFeature.CONSTANT_TIME_SIZE);

  /** The longest key is LMDB's; a batch is one transaction, whose pages are in memory. */
  static final KvLimits LIMITS = new KvLimits(511, 64 << 20, 128L << 20);

  /** Called by the service loader, or by hand. */
  public LmdbBackend() {}

  @Override
  public String name() {
    return "lmdb";
  }

  @Override
  public String description() {
    return "A memory-mapped B+tree (LMDB): fast reads, snapshots, durable commits.";
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
    return List.of(
        LmdbOptions.DURABILITY,
        LmdbOptions.CHECKSUM,
        LmdbOptions.RESERVE,
        LmdbOptions.GROWTH_WAIT,
        LmdbOptions.ZERO_COPY,
        LmdbOptions.DATABASE);
  }

  /** Beyond what memory caches, each random write reads and writes several pages. */
  @Override
  public KvCapacity capacity() {
    return new KvCapacity(20_000_000, 16L << 30);
  }

  @Override
  public Optional<String> engine() {
    return Optional.of("LMDB " + NativeLibrary.load() + " by lmdbjava");
  }

  @Override
  public boolean recognizes(Disk disk, Path directory) throws IOException {
    return DataFile.isLmdb(disk, directory.resolve(DataFile.NAME));
  }

  @Override
  public String engineBean() {
    return "Lmdb";
  }

  @Override
  public KvStore open(KvOpenContext context) {
    return LmdbOpening.open(context);
  }
}
