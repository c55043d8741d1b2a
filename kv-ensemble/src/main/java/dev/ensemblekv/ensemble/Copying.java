// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.ensemble.Manifest.Role;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A transfer by copying, for which the engine need not know anything.
 *
 * <ol>
 *   <li>Create the target and put up the mirror. From here on every write to the moving half goes
 *       to the donor and then to the target, under its stripe.
 *   <li>Copy: walk the donor; for some moving keys at a time, under their stripes, write the
 *       donor's present values to the target in one batch. They are read again there, so that
 *       nothing older than a mirrored write, and nothing deleted, is ever written.
 *   <li>Verify: walk donor and target, and compare the moving keys under their stripes. Flush the
 *       target.
 *   <li>Under all stripes of the donor: flush the target's last writes.
 * </ol>
 */
final class Copying extends Transfer {
  /** Writers of the keys of a step wait for all of it, so it is short, also with large values. */
  private static final int MOST_KEYS_PER_STEP = 64;

  private final EnsembleStore ensemble;
  private final Region region;
  private final int targetId;
  private final Root root;
  private final JobProgress progress;
  private final LongConsumer moved;
  private volatile Phase phase = Phase.CREATING;

  private @Nullable KvCursor cursor;
  private int keysPerStep = MOST_KEYS_PER_STEP;
  private boolean countingTarget;
  private long countedKeys;
  private long countedBytes;
  private long keysBefore;
  private long bytesBefore;

  /**
   * Creates the transfer.
   *
   * @param root where the target is to be
   * @param moved is told how many bytes were moved or compared
   */
  Copying(
      EnsembleStore ensemble,
      Substore donor,
      int targetId,
      Root root,
      JobProgress progress,
      LongConsumer moved) {
    super(donor, new Mirror(ensemble.hash(), ensemble.topology().region(donor)));
    this.ensemble = ensemble;
    this.region = ensemble.topology().region(donor);
    this.targetId = targetId;
    this.root = root;
    this.progress = progress;
    this.moved = moved;
  }

  @Override
  boolean step() {
    switch (phase) {
      case CREATING -> create();
      case COPYING -> copy();
      default -> {
        return countingTarget ? walk(this::compare) : verifyDonor();
      }
    }
    return true;
  }

  private void create() {
    KvStore store = ensemble.createSubstore(targetId, root);
    mirror().attach(opened(ensemble.topology().emptySubstore(targetId, root, store)));
    begin();
    startWalk(donor().store());
    phase = Phase.COPYING;
  }

  private void copy() {
    if (!walk(this::copyPresent)) {
      startWalk(donor().store());
      phase = Phase.VERIFYING;
    }
  }

  private void copyPresent(List<byte[]> keys) {
    long copiedBytes = copy(keys);
    moved.accept(copiedBytes);
    adaptSteps(copiedBytes);
  }

  private void adaptSteps(long copiedBytes) {
    if (copiedBytes > BYTES_PER_STEP) {
      keysPerStep = Math.max(1, keysPerStep / 2);
    } else if (copiedBytes < BYTES_PER_STEP / 4) {
      keysPerStep = Math.min(MOST_KEYS_PER_STEP, keysPerStep * 2);
    }
  }

  private boolean verifyDonor() {
    if (!walk(this::compare)) {
      present().store().flush();
      countingTarget = true;
      keysBefore = donor().size().keysBound();
      bytesBefore = donor().size().bytesBound();
      startWalk(present().store());
    }
    return true;
  }

  private void compare(List<byte[]> keys) {
    for (byte[] key : keys) {
      byte[] expected = donor().store().get(key);
      byte[] actual = present().store().get(key);
      moved.accept(key.length + (actual == null ? 0 : (long) actual.length));
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
    mirror().check();
    MovingKeys moving = new MovingKeys(donor());
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

  @Override
  Handover handOver(Substore to) {
    long movedKeys = countedKeys + donor().size().keysBound() - keysBefore;
    long movedBytes = countedBytes + donor().size().bytesBound() - bytesBefore;
    to.size().move(movedKeys, movedBytes);
    return new Handover(to, countedKeys, countedBytes);
  }

  @Override
  Role donorRole() {
    return Role.CLEANING;
  }

  @Override
  Phase phase() {
    return phase;
  }

  private void startWalk(KvStore store) {
    cursor = store.iterate();
  }

  private void endWalk() {
    KvCursor walk = cursor;
    cursor = null;
    if (walk != null) {
      walk.close();
    }
  }

  @Override
  void release() {
    endWalk();
  }
}
