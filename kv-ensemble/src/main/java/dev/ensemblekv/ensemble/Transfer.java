// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.ensemble.Manifest.Role;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in which the upper half of a donor comes to the target of a split, while both are used.
 * For the thread of the split's steps, but for what says otherwise.
 */
abstract class Transfer {
  private static final Logger LOG = LoggerFactory.getLogger(Transfer.class);

  private volatile @Nullable Substore target;

  /**
   * What was handed over.
   *
   * @param target has all of it, durably
   * @param keys so many left the donor at least
   * @param bytes so many left the donor, about
   */
  record Handover(Substore target, long keys, long bytes) {}

  /** Does a little of what can be done beforehand; returns whether that was not all. */
  abstract boolean step();

  /**
   * Does the rest. The caller holds all stripes of the donor, so nothing is written meanwhile; he
   * publishes the result before he lets them go.
   */
  abstract Handover complete();

  /** Is what the donor has to do with the keys afterwards. */
  abstract Role donorRole();

  /** Returns what is going on; read by any thread. */
  abstract Phase phase();

  /** Lets the donor be as it was before; the caller holds all its stripes. */
  void detach() {}

  /** Lets go of what is held in memory, but for the target. */
  void release() {}

  /** Notes the target, which is closed by {@link #discard}. */
  final Substore opened(Substore created) {
    target = created;
    return created;
  }

  /** Returns the target, if it is there yet; read by any thread. */
  final Optional<Substore> target() {
    return Optional.ofNullable(target);
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
