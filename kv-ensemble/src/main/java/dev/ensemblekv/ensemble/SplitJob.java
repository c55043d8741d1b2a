// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One split by copying: the upper half of a donor goes to a new target while both are used.
 *
 * <ol>
 *   <li>Count: only live data splits, so the donor's bound is corrected first.
 *   <li>Create: publish that a target may exist, create it, put up the mirror. From here on every
 *       write to the moving half goes to the donor and then to the target, under its stripe.
 *   <li>Copy: walk the donor; for some moving keys at a time, under their stripes, write the
 *       donor's present values to the target in one batch. They are read again there, so that
 *       nothing older than a mirrored write, and nothing deleted, is ever written.
 *   <li>Verify: walk donor and target, and compare the moving keys under their stripes. Flush the
 *       target.
 *   <li>Cut over, under all stripes of the donor: flush the target's last writes, publish the
 *       manifest, swap the table, take down the mirror.
 * </ol>
 *
 * <p>The donor is in charge until the manifest is published. Whatever fails before, the target is
 * thrown away; {@link CleaningJob} does what is left to do after.
 */
final class SplitJob extends GrowthJob {
  private static final Logger LOG = LoggerFactory.getLogger(SplitJob.class);

  /**
   * With fewer keys a split relieves nothing: one of them is large, or the limits are too small.
   */
  private static final int LEAST_KEYS = 8;

  /** Writers of the keys of a step wait for all of it, so it is short, also with large values. */
  private static final int MOST_KEYS_PER_STEP = 64;

  private static final int BYTES_PER_STEP = 256 << 10;
  private static final int COUNTED_PER_STEP = 4096;

  private final EnsembleStore ensemble;
  private final Topology topology;
  private final Growth.SplitRequest request;
  private final Substore donor;
  private final Region region;
  private final JobProgress progress;
  private volatile Phase phase = Phase.COUNTING;
  private volatile @Nullable Substore target;

  // Used by the thread of the step only.
  private @Nullable KvCursor cursor;
  private @Nullable Mirror mirror;
  private Root root;
  private int targetId = -1;
  private int keysPerStep = MOST_KEYS_PER_STEP;
  private boolean countingTarget;
  private long countedKeys;
  private long countedBytes;
  private long keysBefore;
  private long bytesBefore;
  private volatile boolean cutOver; // read by any thread

  SplitJob(EnsembleStore ensemble, Growth.SplitRequest request, JobProgress progress) {
    super(progress);
    this.ensemble = ensemble;
    this.topology = ensemble.topology();
    this.request = request;
    this.donor = request.donor();
    this.region = topology.region(donor);
    this.progress = progress;
    this.root = ensemble.home();
  }

  @Override
  Step step() {
    topology.checkNotFailed();
    return switch (phase) {
      case COUNTING -> count();
      case CREATING -> create();
      case COPYING -> copy();
      case VERIFYING -> countingTarget ? verifyTarget() : verifyDonor();
      case CUTTING_OVER -> cutOver();
      default -> throw new IllegalStateException("no step in " + phase);
    };
  }

  private Step count() {
    KvCursor walk = cursor;
    if (walk == null) {
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
      walk = startWalk(donor.store());
    }
    for (int i = 0; i < COUNTED_PER_STEP; i++) {
      if (!walk.next()) {
        endWalk();
        return decide(countedKeys, countedBytes);
      }
      countedKeys++;
      countedBytes += walk.key().length + (long) walk.value().length;
      progress.advance();
    }
    return Step.AGAIN;
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
    root = ensemble.place(bytes / 2);
    progress.begin(keys * 2 + keys / 2); // copying, verifying, and verifying the half that moves
    phase = Phase.CREATING;
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

  private Step create() {
    targetId = topology.beginSplit(donor, root);
    KvStore store = ensemble.createSubstore(targetId, root);
    Substore created = topology.emptySubstore(targetId, root, store);
    target = created;
    Mirror copy = new Mirror(ensemble.hash(), region, created);
    mirror = copy;
    underAllStripes(
        () -> {
          donor.settle(); // the copier sees only what the engine has
          donor.mirror(copy);
        });
    startWalk(donor.store());
    phase = Phase.COPYING;
    return Step.AGAIN;
  }

  private Step copy() {
    if (!walk(this::copy)) {
      startWalk(donor.store());
      phase = Phase.VERIFYING;
    }
    return Step.AGAIN;
  }

  private void copy(List<byte[]> keys) {
    KvStore to = createdTarget().store();
    long copiedBytes = 0;
    KvBatch batch = new KvBatch();
    for (byte[] key : keys) {
      byte[] value = donor.store().get(key);
      if (value != null) {
        if (!batch.isEmpty() && batch.bytes() + key.length + value.length > BYTES_PER_STEP) {
          to.write(batch);
          batch = new KvBatch();
        }
        batch.put(key, value);
        copiedBytes += key.length + (long) value.length;
      }
    }
    if (!batch.isEmpty()) {
      to.write(batch);
    }
    moved(copiedBytes);
    adaptSteps(copiedBytes);
  }

  private void adaptSteps(long copiedBytes) {
    if (copiedBytes > BYTES_PER_STEP) {
      keysPerStep = Math.max(1, keysPerStep / 2);
    } else if (copiedBytes < BYTES_PER_STEP / 4) {
      keysPerStep = Math.min(MOST_KEYS_PER_STEP, keysPerStep * 2);
    }
  }

  private Step verifyDonor() {
    if (!walk(this::compare)) {
      createdTarget().store().flush();
      countingTarget = true;
      keysBefore = donor.size().keysBound();
      bytesBefore = donor.size().bytesBound();
      countedKeys = 0;
      countedBytes = 0;
      startWalk(createdTarget().store());
    }
    return Step.AGAIN;
  }

  private Step verifyTarget() {
    if (!walk(this::compare)) {
      phase = Phase.CUTTING_OVER;
    }
    return Step.AGAIN;
  }

  private void compare(List<byte[]> keys) {
    for (byte[] key : keys) {
      byte[] expected = donor.store().get(key);
      byte[] actual = createdTarget().store().get(key);
      moved(key.length + (actual == null ? 0 : (long) actual.length));
      if (!Arrays.equals(expected, actual)) {
        throw new SplitFailedException(
            "donor and target differ in a key of " + key.length + " bytes", null);
      }
      if (countingTarget && actual != null) {
        countedKeys++;
        countedBytes += key.length + (long) actual.length;
      }
    }
  }

  /** Goes on a little with the walk; returns whether there is more. */
  private boolean walk(MovingKeys.Action action) {
    KvCursor at = cursor;
    if (at == null) {
      throw new IllegalStateException("no walk");
    }
    checkMirror();
    MovingKeys moving = new MovingKeys(donor);
    boolean more = true;
    for (int i = 0; i < keysPerStep && more; i++) {
      more = at.next();
      if (more) {
        byte[] key = at.key();
        int bits = ensemble.hash().bits(key);
        if (region.isInUpper(bits)) {
          moving.add(key, bits);
        }
        progress.advance();
      }
    }
    moving.underStripes(action);
    if (!more) {
      endWalk();
    }
    return more;
  }

  private Step cutOver() {
    Substore to = createdTarget();
    to.store().flush(); // most of it without holding anybody up
    flushDonor();
    underAllStripes(
        () -> {
          checkMirror();
          donor.handJournalOver(to);
          to.store().flush();
          flushDonor();
          long movedKeys = countedKeys + donor.size().keysBound() - keysBefore;
          long movedBytes = countedBytes + donor.size().bytesBound() - bytesBefore;
          to.size().move(movedKeys, movedBytes);
          topology.cutOver(donor, to);
          cutOver = true;
          donor.size().move(-countedKeys, -countedBytes);
          donor.mirror(null);
        });
    return Step.DONE;
  }

  /** A batch must not be durable in the target and lost in the donor, to which it all went. */
  private void flushDonor() {
    if (ensemble.features().contains(KvFeature.ATOMIC_BATCH)) {
      donor.store().flush();
    }
  }

  private void checkMirror() {
    Mirror copy = mirror;
    if (copy == null) {
      throw new IllegalStateException("no mirror");
    }
    copy.check();
  }

  private Substore createdTarget() {
    Substore created = target;
    if (created == null) {
      throw new IllegalStateException("no target");
    }
    return created;
  }

  private void underAllStripes(Runnable action) {
    BitSet all = donor.stripes().all();
    donor.stripes().lock(all);
    try {
      action.run();
    } finally {
      donor.stripes().unlock(all);
    }
  }

  private KvCursor startWalk(KvStore store) {
    KvCursor walk = store.iterate();
    cursor = walk;
    return walk;
  }

  private void endWalk() {
    KvCursor walk = cursor;
    cursor = null;
    if (walk != null) {
      walk.close();
    }
  }

  /** Writers of the donor are held up, or soon will be. */
  @Override
  boolean isUrgent() {
    return Backpressure.isBegun(donor);
  }

  @Override
  boolean canAbandon() {
    return !cutOver && phase != Phase.COUNTING;
  }

  @Override
  boolean abandon() {
    if (cutOver) {
      return false;
    }
    underAllStripes(() -> donor.mirror(null));
    release();
    return true;
  }

  @Override
  void release() {
    try {
      endWalk();
    } finally {
      Substore created = target;
      if (!cutOver && created != null) {
        target = null;
        closeUnused(created);
      }
    }
  }

  /** Nothing is lost with a target that owns nothing, so it does not matter how it closes. */
  private static void closeUnused(Substore created) {
    try {
      created.store().close();
    } catch (RuntimeException e) {
      LOG.warn("{} did not close well; it is thrown away", created, e);
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
    Substore created = target;
    if (cutOver && created != null) {
      ensemble.wantSplitIfFull(created);
    }
  }

  @Override
  Phase phase() {
    return phase;
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
    return Optional.ofNullable(target).map(Substore::name);
  }

  @Override
  public String toString() {
    return request.toString();
  }
}
