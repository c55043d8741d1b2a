// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.ensemble.Manifest.Role;
import dev.ensemblekv.spi.DivisibleStore;
import java.nio.file.Path;

/**
 * A transfer without copying: the target gets names of its own for the donor's files, while the
 * writers of the donor wait, and each of the two counts only its own keys.
 */
final class Dividing extends Transfer {
  private final EnsembleStore ensemble;
  private final Substore donor;
  private final Region upper;
  private final int targetId;
  private final Root root;
  private final DivisibleStore divisible;
  private final DivisibleStore.Halves counted;
  private boolean isPrepared;

  /**
   * Creates the transfer.
   *
   * @param root that of the donor
   * @param counted the keys of the donor, those that move in its slice; the bounds were corrected
   *     by it
   */
  Dividing(
      EnsembleStore ensemble,
      Substore donor,
      Region upper,
      int targetId,
      Root root,
      DivisibleStore divisible,
      DivisibleStore.Halves counted) {
    this.ensemble = ensemble;
    this.donor = donor;
    this.upper = upper;
    this.targetId = targetId;
    this.root = root;
    this.divisible = divisible;
    this.counted = counted;
  }

  /** Most of what is to be made durable is so before the writers wait. */
  @Override
  boolean step() {
    divisible.prepareCopy();
    isPrepared = true;
    return false;
  }

  @Override
  Handover complete() {
    Substore target =
        opened(
            ensemble
                .topology()
                .emptySubstore(
                    targetId, root, ensemble.copySubstore(donor, targetId, root, this::copyTo)));
    long put = donor.size().keysBound() - counted.allKeys();
    double share = counted.allBytes() == 0 ? 0 : (double) counted.bytes() / counted.allBytes();
    long bytes = (long) (donor.size().bytesBound() * share);
    target.size().move(counted.keys() + Math.max(0, put), bytes);
    return new Handover(target, counted.keys(), bytes);
  }

  private void copyTo(Path directory) {
    divisible.copyTo(directory, targetId, upper.slice());
  }

  @Override
  Role donorRole() {
    return Role.DIVIDED;
  }

  @Override
  Phase phase() {
    return isPrepared ? Phase.CUTTING_OVER : Phase.CREATING;
  }
}
