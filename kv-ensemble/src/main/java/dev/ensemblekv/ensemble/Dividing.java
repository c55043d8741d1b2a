// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.ensemble.Manifest.Role;
import dev.ensemblekv.spi.DivisibleStore;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A transfer without copying: the target gets names of its own for the donor's files, and each of
 * the two counts only its own keys.
 *
 * <ol>
 *   <li>Put up the mirror, which notes the keys that are written from here on.
 *   <li>Have the engine make the target of what was written before, and perhaps of some of what is
 *       written meanwhile.
 *   <li>Copy what is missing, as nobody else writes to the target, without holding up anybody: a
 *       key that is written meanwhile is missing again.
 *   <li>Have the mirror repeat writes, and copy the little that is missing still, under the
 *       stripes.
 *   <li>Under all stripes of the donor: flush the target's last writes.
 * </ol>
 */
final class Dividing extends Transfer {
  private static final int KEYS_PER_STEP = 1024;

  /** Writers of the keys of a step wait for all of it. */
  private static final int KEYS_PER_STEP_UNDER_STRIPES = 64;

  private final EnsembleStore ensemble;
  private final Region upper;
  private final int targetId;
  private final Root root;
  private final DivisibleStore divisible;
  private final DivisibleStore.Halves counted;
  private final LongConsumer moved;
  private volatile Stage stage = Stage.BEGINNING;
  private int mostMissing;

  /** What is done next. */
  private enum Stage {
    BEGINNING(Phase.CREATING),
    MAKING(Phase.CREATING),
    FOLLOWING(Phase.COPYING),
    REPEATING(Phase.COPYING);

    private final Phase phase;

    Stage(Phase phase) {
      this.phase = phase;
    }
  }

  /**
   * Creates the transfer.
   *
   * @param root that of the donor
   * @param counted the keys of the donor, those that move in its slice; the bounds were corrected
   *     by it
   * @param moved is told how many bytes were copied
   */
  Dividing(
      EnsembleStore ensemble,
      Substore donor,
      Region region,
      int targetId,
      Root root,
      DivisibleStore divisible,
      DivisibleStore.Halves counted,
      LongConsumer moved) {
    super(donor, new Mirror(ensemble.hash(), region));
    this.ensemble = ensemble;
    this.upper = region.upper();
    this.targetId = targetId;
    this.root = root;
    this.divisible = divisible;
    this.counted = counted;
    this.moved = moved;
  }

  @Override
  boolean step() {
    mirror().check();
    switch (stage) {
      case BEGINNING -> {
        begin();
        stage = Stage.MAKING;
      }
      case MAKING -> {
        make();
        stage = Stage.FOLLOWING;
      }
      case FOLLOWING -> {
        if (!follow()) {
          donor().underAllStripes(() -> mirror().attach(present()));
          stage = Stage.REPEATING;
        }
      }
      case REPEATING -> {
        return copyUnderStripes();
      }
    }
    return true;
  }

  private void make() {
    KvStore copy = ensemble.copySubstore(donor(), targetId, root, this::copyTo);
    Substore target = opened(ensemble.topology().emptySubstore(targetId, root, copy));
    donor().handJournalOver(target); // most likely there is nothing left to do when writers wait
    mostMissing = mirror().missing().count();
  }

  private void copyTo(Path directory) {
    divisible.copyTo(directory, targetId, upper.slice());
  }

  /** Copies what was missing when the target was made; returns whether that was not all. */
  private boolean follow() {
    List<byte[]> keys = mirror().missing().take(Math.min(mostMissing, KEYS_PER_STEP));
    moved.accept(copy(keys));
    mostMissing -= keys.size();
    return !keys.isEmpty() && mostMissing > 0;
  }

  private boolean copyUnderStripes() {
    MovingKeys missing = new MovingKeys(donor());
    mirror()
        .missing()
        .take(KEYS_PER_STEP_UNDER_STRIPES)
        .forEach(key -> missing.add(key, ensemble.hash().bits(key)));
    missing.underStripes(keys -> moved.accept(copy(keys)));
    return mirror().missing().count() > 0;
  }

  /** Until the mirror repeats writes, it notes them, and writers may be held up for that. */
  @Override
  boolean mustGoOn() {
    Stage next = stage;
    return next == Stage.MAKING || next == Stage.FOLLOWING || mirror().missing().count() > 0;
  }

  @Override
  Handover handOver(Substore to) {
    long put = donor().size().keysBound() - counted.allKeys();
    double share = counted.allBytes() == 0 ? 0 : (double) counted.bytes() / counted.allBytes();
    long bytes = (long) (donor().size().bytesBound() * share);
    to.size().move(counted.keys() + Math.max(0, put), bytes);
    return new Handover(to, counted.keys(), bytes);
  }

  @Override
  Role donorRole() {
    return Role.DIVIDED;
  }

  @Override
  Phase phase() {
    return stage.phase;
  }
}
