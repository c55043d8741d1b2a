// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvCapacity;
import dev.ensemblekv.spi.KvOpenContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The backend {@code json}: stores that are served from memory and eventually persisted to one
 * readable file, {@code data.json}. For tests, small data, and data people want to look at.
 *
 * <p><b>Durability.</b> A write is in memory at its return and on disk a moment later: within
 * {@link JsonOptions#PERSIST_INTERVAL} as long as the whole file is written in a tenth of that. One
 * that takes longer is written less often, with a pause of nine times its duration, at most 10 s.
 * So the death of the process loses at most the changes of the last 10 s and of the two file writes
 * around them; {@code persistWindowNanos} in the statistics tells the present figure. {@link
 * KvStore#flush()}, {@link KvStore#close()} and synchronous writes persist at once. What a crash
 * loses are the latest changes, all from one moment on, and never part of a batch.
 *
 * <p><b>Cost.</b> All keys and values are in memory once, and each persist writes all of them.
 * Reads take no lock. Scans and iterations are no snapshots.
 *
 * <p><b>Failure.</b> While the file cannot be written the store is {@link
 * dev.ensemblekv.api.KvState#DEGRADED}, goes on in memory and keeps trying. Each failure in the
 * background is thrown once, by the next write, which then changes nothing, unless the file could
 * be written meanwhile. A synchronous write that fails stays in memory and is persisted with the
 * rest when that works again.
 */
public final class JsonBackend implements KvBackend {
  static final Set<KvFeature> FEATURES =
      EnumSet.of(
          KvFeature.ORDERED,
          KvFeature.COMPARE_AND_SET,
          KvFeature.SYNC_WRITES,
          KvFeature.PERSISTENT,
          KvFeature.EXCLUSIVE,
          KvFeature.LINEARIZABLE,
          KvFeature.ATOMIC_BATCH,
          KvFeature.CHECKSUMMED_VALUES,
          KvFeature.CHECKSUMMED_ALL,
          KvFeature.CONSTANT_TIME_SIZE);
  static final KvLimits LIMITS = new KvLimits(64 << 10, 16 << 20, 256L << 20);

  /** Called by the service loader, or by hand. */
  public JsonBackend() {}

  @Override
  public String name() {
    return "json";
  }

  @Override
  public String description() {
    return "A sorted map in memory, persisted soon after each change to one readable JSON file.";
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
    return List.of(JsonOptions.PERSIST_INTERVAL, JsonOptions.ACCEPT_EDIT);
  }

  /** A persist writes the whole file, so that small stores are what this backend is good at. */
  @Override
  public KvCapacity capacity() {
    return new KvCapacity(10_000, 16 << 20);
  }

  @Override
  public int formatVersion() {
    return DataFormat.VERSION;
  }

  @Override
  public KvStore open(KvOpenContext context) {
    return JsonStore.open(context);
  }
}
