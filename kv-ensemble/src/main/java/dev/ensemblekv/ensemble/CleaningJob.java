// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Removes from a donor what it handed over, once no iteration is left that began before and so
 * still looks for it there. Until that is durable the donor does not split again; until then,
 * iterations pass over what is foreign in it.
 */
final class CleaningJob extends GrowthJob {
  private static final int KEYS_PER_STEP = 128;

  private final EnsembleStore ensemble;
  private final Substore donor;
  private final List<RoutingTable> olderTables;
  private final JobProgress progress;
  private @Nullable KvCursor cursor;

  /** What a step of the walk reads, about: each value is read, and asking for it would copy it. */
  private long pairBytes;

  /**
   * Creates the job.
   *
   * @param olderTables those from before the cutover that iterations may still use
   */
  CleaningJob(
      EnsembleStore ensemble,
      Substore donor,
      List<RoutingTable> olderTables,
      JobProgress progress) {
    super(progress);
    this.ensemble = ensemble;
    this.donor = donor;
    this.olderTables = olderTables;
    this.progress = progress;
  }

  @Override
  boolean isReady() {
    return olderTables.stream().noneMatch(RoutingTable::isPinned);
  }

  @Override
  Step step() {
    Topology topology = ensemble.topology();
    topology.checkNotFailed();
    if (topology.isDivided(donor)) {
      Region region = topology.region(donor);
      ensemble.divisible(donor).orElseThrow().retain(region.slice());
      topology.endCleaning(donor);
      return Step.DONE;
    }
    KvCursor walk = cursor;
    if (walk == null) {
      progress.begin(donor.size().keysBound() * 2);
      pairBytes = donor.size().bytesBound() / Math.max(1, donor.size().keysBound());
      walk = donor.store().iterate();
      cursor = walk;
    }
    MovingKeys foreign = new MovingKeys(donor);
    boolean more = true;
    for (int i = 0; i < KEYS_PER_STEP && more; i++) {
      more = walk.next();
      if (more) {
        moved(pairBytes);
        addIfForeign(walk.key(), foreign);
        progress.advance();
      }
    }
    foreign.underStripes(this::remove);
    if (more) {
      return Step.AGAIN;
    }
    release();
    donor.store().flush();
    topology.endCleaning(donor);
    return Step.DONE;
  }

  private void addIfForeign(byte[] key, MovingKeys foreign) {
    int bits = ensemble.hash().bits(key);
    if (ensemble.topology().table().route(bits).substore() != donor) {
      foreign.add(key, bits);
    }
  }

  private void remove(List<byte[]> keys) {
    KvBatch batch = new KvBatch();
    keys.forEach(batch::delete);
    donor.store().write(batch);
  }

  @Override
  void release() {
    KvCursor walk = cursor;
    cursor = null;
    if (walk != null) {
      walk.close();
    }
  }

  /** After a failure the same is to be done again. */
  @Override
  List<GrowthJob> followUps() {
    return ensemble.topology().isCleaning(donor)
        ? List.of(new CleaningJob(ensemble, donor, olderTables, progress))
        : List.of();
  }

  @Override
  Phase phase() {
    return Phase.CLEANING;
  }

  @Override
  boolean concerns(Substore substore) {
    return donor == substore;
  }

  @Override
  Optional<String> donorName() {
    return Optional.of(donor.name());
  }

  @Override
  public String toString() {
    return "cleaning of " + donor;
  }
}
