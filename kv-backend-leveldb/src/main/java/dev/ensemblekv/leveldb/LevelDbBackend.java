// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

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
 * The backend {@code leveldb}: stores of LevelDB, by its native library.
 *
 * <p><b>Durability.</b> A write is in a mapped log at its return: it survives the death of the
 * process, and a loss of power after {@link KvStore#flush()}, {@link KvStore#close()}, or as a
 * synchronous write. Concurrent writers share one write and one sync.
 *
 * <p><b>Checksums.</b> LevelDB drops records of a damaged log in silence, or refuses logs that a
 * crash tore. So the logs and the manifest are read here, before LevelDB opens them: see {@link
 * TornTail}. Values are checked whenever they are read, also by compactions.
 *
 * <p><b>Full disks.</b> LevelDB writes all of its files through mappings, where a lack of space
 * kills the JVM. Space for whatever it may write next is made sure of before each write: see {@link
 * SpaceGuard}.
 *
 * <p><b>Cost.</b> {@link KvStore#size()} walks over all keys; {@code keys} in the statistics is an
 * upper bound that is free. One thread of the process compacts, for all stores together.
 */
public final class LevelDbBackend implements KvBackend {
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
          KvFeature.CHECKSUMMED_VALUES);
  static final KvLimits LIMITS = new KvLimits(64 << 10, 16 << 20, 64L << 20);

  /** Called by the service loader, or by hand. */
  public LevelDbBackend() {}

  @Override
  public String name() {
    return "leveldb";
  }

  @Override
  public String description() {
    return "Native LevelDB: sorted tables on disk, for data larger than memory.";
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
        LevelDbOptions.WRITE_BUFFER,
        LevelDbOptions.BLOCK_CACHE,
        LevelDbOptions.BLOCK_SIZE,
        LevelDbOptions.MAX_OPEN_FILES,
        LevelDbOptions.COMPRESSION,
        LevelDbOptions.CHECK_TABLES);
  }

  /**
   * Its tables have two megabytes each, and gets and compactions get slow beyond some thousands.
   */
  @Override
  public KvCapacity capacity() {
    return new KvCapacity(20_000_000, 4L << 30);
  }

  @Override
  public Optional<String> engine() {
    return Optional.of(NativeLibrary.version());
  }

  /** Looks at the file that names the manifest, and at the comparator that this records. */
  @Override
  public boolean recognizes(Disk disk, Path directory) throws IOException {
    return Database.looksLikeOne(disk, directory);
  }

  @Override
  public String engineBean() {
    return "LevelDb";
  }

  @Override
  public KvStore open(KvOpenContext context) {
    return LevelDbStore.open(context);
  }
}
