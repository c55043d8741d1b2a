// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.ensemble.Manifest.Role;
import dev.ensemblekv.spi.DivisibleStore;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in which the upper half of a donor comes to the target of a split, while both are used.
 * For the thread of the split's steps, but for what says otherwise.
 *
 * <p>From its beginning on, every write to the moving half goes to the donor and then to the {@link
 * Mirror}, under its stripe. What was there before comes to the target by the subclass, which in
 * the end has the target be what the donor is.
 */
abstract class Transfer {
  private static final Logger LOG = LoggerFactory.getLogger(Transfer.class);

  /** So much is written at a time. */
  static final int BYTES_PER_STEP = 256 << 10;

  private final Substore donor;
  private final Mirror mirror;
  private volatile @Nullable Substore target;

  /**
   * What was handed over.
   *
   * @param target has all of it, durably
   * @param keys so many left the donor at least
   * @param bytes so many left the donor, about
   */
  record Handover(Substore target, long keys, long bytes) {}

  Transfer(Substore donor, Mirror mirror) {
    this.donor = donor;
    this.mirror = mirror;
  }

  /** Does a little of what can be done beforehand; returns whether that was not all. */
  abstract boolean step();

  /** Tells what came to the target, and counts it there. The caller holds all stripes. */
  abstract Handover handOver(Substore to);

  /** Is what the donor has to do with the keys afterwards. */
  abstract Role donorRole();

  /** Returns what is going on; read by any thread. */
  abstract Phase phase();

  /** Tells whether it takes ever more memory until the next steps are done; read by any thread. */
  boolean mustGoOn() {
    return false;
  }

  final Substore donor() {
    return donor;
  }

  final Mirror mirror() {
    return mirror;
  }

  /** Puts the mirror up. */
  final void begin() {
    donor.underAllStripes(
        () -> {
          donor.settle(); // only what the engine has is copied
          donor.mirror(mirror);
        });
  }

  /**
   * Writes the donor's present values of some keys to the target, and removes there what the donor
   * does not have; returns how many bytes were written.
   */
  final long copy(List<byte[]> keys) {
    KvStore to = present().store();
    long bytes = 0;
    KvBatch batch = new KvBatch();
    for (byte[] key : keys) {
      byte[] value = donor.store().get(key);
      long more = key.length + (value == null ? 0L : value.length);
      if (!batch.isEmpty() && batch.bytes() + more > BYTES_PER_STEP) {
        to.write(batch);
        batch = new KvBatch();
      }
      if (value == null) {
        batch.delete(key);
      } else {
        batch.put(key, value);
      }
      bytes += more;
    }
    if (!batch.isEmpty()) {
      to.write(batch);
    }
    return bytes;
  }

  /**
   * Makes durable what came last. The caller holds all stripes of the donor, so nothing is written
   * meanwhile; he publishes the result before he lets them go.
   */
  final Handover complete() {
    mirror.check();
    Substore to = present();
    donor.handJournalOver(to);
    to.store().flush();
    return handOver(to);
  }

  /** Lets the donor be as it was before; the caller holds all its stripes. */
  final void detach() {
    donor.mirror(null);
  }

  /** Lets go of what is held in memory, but for the target. */
  void release() {}

  /** Notes the target, which is closed by {@link #discard}, and makes its writes fast. */
  final Substore opened(Substore created) {
    target = created;
    created.store().unwrap(DivisibleStore.class).ifPresent(DivisibleStore::prepareWrites);
    return created;
  }

  /** Returns the target, if it is there yet; read by any thread. */
  final Optional<Substore> target() {
    return Optional.ofNullable(target);
  }

  /** Returns the target, which is there. */
  final Substore present() {
    return target().orElseThrow(() -> new IllegalStateException("no target"));
  }

  /** Closes a target that owns nothing: nothing is lost with it, so it does not matter how. */
  final void discard() {
    Substore created = target;
    target = null;
    if (created != null) {
      try {
        created.store().close();
      } catch (RuntimeException e) {
        LOG.warn("{} did not close well; it is thrown away", created, e);
      }
    }
  }
}
