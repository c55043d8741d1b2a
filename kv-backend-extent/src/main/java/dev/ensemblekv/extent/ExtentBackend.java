// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvCapacity;
import dev.ensemblekv.spi.KvOpenContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The backend {@code extent}: values in an append-only log, keys in an index on disk, in pure Java.
 * For much data, of which little is in memory.
 *
 * <p><b>Durability.</b> A write is in the page cache at its return and survives the death of the
 * process. After {@link KvStore#flush()}, or with {@code sync}, it survives a loss of power; those
 * who flush at the same time share one. A loss of power takes away an end of the log, whole batches
 * at a time, and never leaves an older value where a newer one was durable.
 *
 * <p><b>Cost.</b> A get reads one bucket of the index, now and then two, and one record. Memory
 * does not grow with the number of keys. {@link KvStore#size()} reads the whole index, 28 bytes a
 * key. There is no order of keys: a walk over a prefix reads the whole store.
 *
 * <p><b>Failure.</b> A full disk refuses writes, and nothing else changes. When a write or a sync
 * fails midway, nobody knows what is on disk: the store refuses all further writes until it is
 * opened again.
 */
public final class ExtentBackend implements KvBackend {
  static final Set<KvFeature> FEATURES =
      EnumSet.of(
          KvFeature.COMPARE_AND_SET,
          KvFeature.COMPACT,
          KvFeature.CHECKPOINT,
          KvFeature.SYNC_WRITES,
          KvFeature.PERSISTENT,
          KvFeature.EXCLUSIVE,
          KvFeature.LINEARIZABLE,
          KvFeature.ATOMIC_BATCH,
          KvFeature.SURVIVES_PROCESS_CRASH,
          KvFeature.CHECKSUMMED_VALUES,
          KvFeature.CHECKSUMMED_ALL);
  static final String ENGINE_BEAN = "ExtentEngine";
  static final KvLimits LIMITS = new KvLimits(RecordFormat.MAX_KEY_BYTES, 256 << 20, 512L << 20);

  /** Called by the service loader, or by hand. */
  public ExtentBackend() {}

  @Override
  public String name() {
    return "extent";
  }

  @Override
  public String description() {
    return "A log of values with an index on disk: much data, little memory, opens at once.";
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
        ExtentOptions.SEGMENT_SIZE,
        ExtentOptions.MEMTABLE_KEYS,
        ExtentOptions.REPLAY_SIZE,
        ExtentOptions.SPACE_PERCENT,
        ExtentOptions.COMPACTION_RATE,
        ExtentOptions.ACCESS);
  }

  @Override
  public KvCapacity capacity() {
    return new KvCapacity(50_000_000, 16L << 30);
  }

  @Override
  public String engineBean() {
    return ENGINE_BEAN;
  }

  @Override
  public int formatVersion() {
    return StoreFiles.VERSION;
  }

  @Override
  public KvStore open(KvOpenContext context) {
    return Opening.open(context);
  }

  @Override
  public KvTask.Body repair(KvOpenContext context) {
    return progress -> Repair.run(context, progress);
  }
}
