// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import java.util.List;
import java.util.Optional;

/**
 * Deletes what is left of the target of a split that did not come to its cutover. Whether it did is
 * for the manifest to say: a substore that owns anything is never deleted.
 */
final class DiscardingJob extends GrowthJob {
  private final EnsembleStore ensemble;
  private final int targetId;
  private boolean done;

  DiscardingJob(EnsembleStore ensemble, int targetId, JobProgress progress) {
    super(progress);
    this.ensemble = ensemble;
    this.targetId = targetId;
  }

  @Override
  Step step() {
    ensemble.topology().checkNotFailed();
    if (ensemble.topology().isCopying(targetId)) {
      ensemble.destroySubstore(targetId);
      ensemble.topology().endDiscarding(targetId);
    }
    done = true;
    return Step.DONE;
  }

  /** After a failure the same is to be done again. */
  @Override
  List<GrowthJob> followUps() {
    return done ? List.of() : List.of(ensemble.discarding(targetId));
  }

  @Override
  Phase phase() {
    return Phase.DISCARDING;
  }

  @Override
  boolean concerns(Substore substore) {
    return false;
  }

  @Override
  Optional<String> targetName() {
    return Optional.of(Manifest.name(targetId));
  }

  @Override
  public String toString() {
    return "discarding of substore " + Manifest.name(targetId);
  }
}
