// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.spi.DivisibleStore;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One split: the upper half of a donor goes to a new target while both are used.
 *
 * <ol>
 *   <li>Count: only live data splits, so the donor's bound is corrected first.
 *   <li>Publish that a target may exist, and have a {@link Transfer} do what can be done
 *       beforehand.
 *   <li>Cut over, under all stripes of the donor: complete the transfer, publish the manifest, swap
 *       the table.
 * </ol>
 *
 * <p>The donor is in charge until the manifest is published. Whatever fails before, the target is
 * thrown away; {@link CleaningJob} does what is left to do after.
 */
final class SplitJob extends GrowthJob {
  /**
   * With fewer keys a split relieves nothing: one of them is large, or the limits are too small.
   */
  private static final int LEAST_KEYS = 8;

  /** Of what a target without copies has to take soon: its index, and what it moves at a time. */
  private static final int SHARED_PARTS = 8;

  private final EnsembleStore ensemble;
  private final Topology topology;
  private final Growth.SplitRequest request;
  private final Substore donor;
  private final Region region;
  private final JobProgress progress;
  private volatile @Nullable Transfer transfer;
  private volatile boolean cuttingOver;
  private volatile boolean cutOver; // read by any thread

  // Used by the thread of the step only.
  private final @Nullable DivisibleStore divisible;
  private DivisibleStore.@Nullable Count halves;
  private @Nullable LiveCount count;
  private int targetId = -1;
  private long keysBefore;
  private long bytesBefore;

  SplitJob(EnsembleStore ensemble, Growth.SplitRequest request, JobProgress progress) {
    super(progress);
    this.ensemble = ensemble;
    this.topology = ensemble.topology();
    this.request = request;
    this.donor = request.donor();
    this.region = topology.region(donor);
    this.progress = progress;
    this.divisible = ensemble.divisible(donor).orElse(null);
  }

  @Override
  Step step() {
    topology.checkNotFailed();
    Transfer at = transfer;
    if (at == null) {
      return count();
    }
    if (!cuttingOver) {
      cuttingOver = !at.step();
      return Step.AGAIN;
    }
    cutOver(at);
    return Step.DONE;
  }

  private Step count() {
    LiveCount counting = count;
    if (counting == null) {
      keysBefore = donor.size().keysBound();
      bytesBefore = donor.size().bytesBound();
      KvStats stats = donor.store().stats();
      long keys = Substore.bound(stats, KvMetric.KEYS, keysBefore);
      long bytes = Substore.bound(stats, KvMetric.LIVE_BYTES, bytesBefore);
      boolean mayBeWanted = request.isForced() || donor.size().isOverLimit(keys, bytes);
      if (Substore.isExact(stats) || !mayBeWanted) {
        return decide(keys, bytes);
      }
      progress.begin(keys);
      counting = newCount();
      count = counting;
    }
    if (counting.next()) {
      return Step.AGAIN;
    }
    endCount();
    return decide(counting.keys(), Math.min(bytesBefore, counting.bytes()));
  }

  private LiveCount newCount() {
    if (divisible == null) {
      return LiveCount.byWalk(donor.store().iterate(), progress, this::moved);
    }
    DivisibleStore.Count ofEngine = divisible.count(region.upper().slice());
    halves = ofEngine;
    return LiveCount.byEngine(ofEngine, progress);
  }

  private void endCount() {
    LiveCount counting = count;
    count = null;
    if (counting != null) {
      counting.close();
    }
  }

  private Step decide(long keys, long bytes) {
    donor.size().correct(keys, keysBefore, bytes, bytesBefore);
    boolean wanted = request.isForced() || donor.size().isOverLimit(keys, bytes);
    String obstacle = wanted ? obstacle(keys) : null;
    ensemble.unsplittable(donor, obstacle);
    if (!wanted || obstacle != null) {
      return Step.DONE;
    }
    ensemble.checkHandles();
    begin(keys, bytes);
    return Step.AGAIN;
  }

  private @Nullable String obstacle(long keys) {
    if (region.depth() == Region.MAX_DEPTH) {
      return "it has been split " + Region.MAX_DEPTH + " times, and there are no more hash bits";
    }
    if (keys < LEAST_KEYS) {
      return "it has only " + keys + " keys";
    }
    return ensemble.isAtMaxSubstores() ? "there are ensemble.maxSubstores already" : null;
  }

  /** Chooses the way, and the root: files cannot have names on two disks. */
  private void begin(long keys, long bytes) {
    DivisibleStore.Count counted = halves;
    if (divisible != null
        && counted != null
        && ensemble.areSplitsNative()
        && divisible.isDivisible()) {
      Root root = ensemble.place(bytes / SHARED_PARTS);
      if (root.number() == donor.root()) {
        targetId = topology.beginSplit(donor, root);
        transfer =
            new Dividing(
                ensemble, donor, region, targetId, root, divisible, counted.counted(), this::moved);
        return;
      }
    }
    Root root = ensemble.place(bytes / 2);
    progress.begin(keys * 2 + keys / 2); // copying, verifying, and verifying the half that moves
    targetId = topology.beginSplit(donor, root);
    transfer = new Copying(ensemble, donor, targetId, root, progress, this::moved);
  }

  private void cutOver(Transfer at) {
    at.target().ifPresent(to -> to.store().flush()); // most of it without holding anybody up
    flushDonor();
    donor.underAllStripes(
        () -> {
          donor.settle(); // only what the engine has is handed over
          Transfer.Handover handed = at.complete();
          flushDonor();
          topology.cutOver(donor, handed.target(), at.donorRole());
          cutOver = true;
          donor.size().move(-handed.keys(), -handed.bytes());
          at.detach();
        });
  }

  /** A batch must not be durable in the target and lost in the donor, to which it all went. */
  private void flushDonor() {
    if (ensemble.features().contains(KvFeature.ATOMIC_BATCH)) {
      donor.store().flush();
    }
  }

  /** Writers of the donor are held up, or soon will be. */
  @Override
  boolean isUrgent() {
    return Backpressure.isBegun(donor) || donor.isTargetBehind();
  }

  @Override
  boolean mustGoOn() {
    Transfer at = transfer;
    return at != null && at.mustGoOn();
  }

  @Override
  boolean canAbandon() {
    return !cutOver && transfer != null;
  }

  @Override
  boolean abandon() {
    if (cutOver) {
      return false;
    }
    Transfer at = transfer;
    if (at != null) {
      donor.underAllStripes(at::detach);
    }
    donor.size().postpone(); // or what was given up would begin again at once
    release();
    return true;
  }

  @Override
  void release() {
    Transfer at = transfer;
    try {
      endCount();
      if (at != null) {
        at.release();
      }
    } finally {
      if (!cutOver && at != null) {
        at.discard();
      }
    }
  }

  @Override
  List<GrowthJob> followUps() {
    if (cutOver) {
      return List.of(ensemble.cleaning(donor));
    }
    return targetId < 0 || topology.failure() != null
        ? List.of()
        : List.of(ensemble.discarding(targetId));
  }

  @Override
  Optional<Growth.SplitRequest> request() {
    return Optional.of(request);
  }

  @Override
  int cutovers() {
    return cutOver ? 1 : 0;
  }

  /** A half may be over its limit still, and nobody asked while this was at work. */
  @Override
  void ended() {
    ensemble.wantSplitIfFull(donor);
    if (cutOver) {
      target().ifPresent(ensemble::wantSplitIfFull);
    }
  }

  private Optional<Substore> target() {
    Transfer at = transfer;
    return at == null ? Optional.empty() : at.target();
  }

  @Override
  Phase phase() {
    Transfer at = transfer;
    return at == null ? Phase.COUNTING : cuttingOver ? Phase.CUTTING_OVER : at.phase();
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
  Optional<String> targetName() {
    return target().map(Substore::name);
  }

  @Override
  public String toString() {
    return request.toString();
  }
}
