// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreFullException;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What there is to do for a store beside reading and writing, and in which order: memtables become
 * runs, runs are merged, segments compacted. For one thread at a time, which the {@link Upkeep}
 * sees to.
 */
final class Chores {
  /** No record has this number. */
  private static final long FRUITFUL = -1;

  private final Parts parts;
  private final ExtentEvents told;

  /** Whether there may be work for which others that share the budget must end theirs. */
  private boolean awaitsTurn;

  /** By turns, as under many writes there is always something to merge. */
  private boolean compactsNext;

  /** The last record when nothing could be given back; {@link #FRUITFUL}: there may be more. */
  private long fruitless;

  Chores(Parts parts, ExtentEvents told) {
    this.parts = parts;
    this.told = told;
  }

  /** Does one thing, and the next one when others who wait have had their turn. */
  void work() throws IOException {
    try {
      workInTurn();
    } finally {
      parts.budget.end();
    }
  }

  private void workInTurn() throws IOException {
    Upkeep upkeep = parts.upkeep;
    if (upkeep.isClosed() || parts.health.hasFailed()) {
      return;
    }
    parts.mappings.update();
    if (!parts.log.isBegun()) {
      return; // nothing was written since the store was opened: its files stay as they are
    }
    parts.budget.giveBack();
    awaitsTurn = false;
    boolean more = false;
    try {
      more = workOnce();
    } catch (CorruptionException e) {
      told.damaged(e);
      throw e;
    } finally {
      parts.budget.memoryChanged();
      if (!more && !awaitsTurn) {
        parts.backpressure.release(); // nobody is held up for what does not go on
      }
    }
    if (more) {
      upkeep.wake();
    } else if (parts.pins.disposeOfWhatCanBe()) {
      upkeep.wakeLater();
    }
  }

  private boolean workOnce() throws IOException {
    parts.log.prepareNext();
    boolean published = parts.publisher.publishOldest();
    if (parts.reserve.isShort() || fruitless == FRUITFUL) {
      return makeRoom() || published;
    }
    awaitsTurn = !parts.budget.tryBegin();
    if (awaitsTurn) {
      return published;
    }
    compactsNext = !compactsNext;
    boolean more = compactsNext ? compactSome() || merge() : merge() || compactSome();
    return published || more;
  }

  /**
   * Gives back what the disk may have, but not where there was nothing and nothing was written
   * since; returns whether that was something. What gave way is no sign that there was nothing.
   */
  boolean makeRoom() throws IOException {
    long sequence = parts.log.sequence();
    if (sequence == fruitless) {
      return false;
    }
    parts.log.freeze(); // what it supersedes is found when it is written
    publishFrozen(() -> {});
    boolean merged = parts.merger.mergeOnce(true, parts.upkeep::isToGiveWay);
    List<Segment> victims = parts.victims.choose(Victims.Reason.SHORTAGE, Integer.MAX_VALUE);
    boolean compacted = compact(victims, parts.upkeep::isToGiveWay);
    boolean mayBeMore = merged || compacted || parts.upkeep.isToGiveWay();
    fruitless = mayBeMore ? FRUITFUL : sequence;
    return merged || compacted;
  }

  private boolean merge() throws IOException {
    return parts.merger.mergeOnce(false, parts.upkeep::isToGiveWay);
  }

  private boolean compactSome() throws IOException {
    List<Segment> victims = parts.victims.choose();
    if (victims.isEmpty() || !parts.victims.isBehind()) {
      parts.backpressure.release();
      return compact(victims, parts.upkeep::isToGiveWay);
    }
    if (parts.backpressure.bytesPerSecond() == 0) {
      told.stalled();
    }
    return parts.backpressure.around(() -> spaceGivenBack(victims));
  }

  /** Compacts; returns how many bytes that gave back, 0 if it was given up. */
  private long spaceGivenBack(List<Segment> victims) throws IOException {
    Compactor compactor = parts.compactor;
    long before = victims.stream().mapToLong(Segment::end).sum() + compactor.movedBytes();
    boolean compacted = compact(victims, parts.upkeep::isToGiveWay);
    return compacted ? Math.max(1, before - compactor.movedBytes()) : 0;
  }

  private boolean compact(List<Segment> victims, BooleanSupplier cancelled) throws IOException {
    Compactor compactor = parts.compactor;
    long bytes = victims.stream().mapToLong(Segment::end).sum();
    long before = compactor.movedBytes();
    boolean compacted = compactor.compact(victims, cancelled);
    if (compacted) {
      told.compacted(victims.size(), bytes, compactor.movedBytes() - before);
    }
    return compacted;
  }

  /** Merges the index into one run, which tells what is dead, and gives all that back. */
  void compactAll(KvTask.Progress progress) throws IOException {
    parts.health.checkNotFailed();
    parts.log.rollIfUsed();
    parts.log.freeze();
    publishFrozen(() -> progress.advance(0));
    BooleanSupplier cancelled =
        () -> {
          progress.advance(0);
          return parts.upkeep.isClosed();
        };
    Merger merger = parts.merger;
    boolean merged = merger.mergeOnce(true, cancelled);
    int newer = parts.catalog.current().nextSegment();
    List<Segment> victims = parts.victims.choose(Victims.Reason.DEMAND, newer);
    while (compact(victims, cancelled)) {
      progress.advance(victims.size());
      merged |= merger.mergeOnce(merger.lacksRoom(), cancelled); // or there are many runs
      victims = parts.victims.choose(Victims.Reason.DEMAND, newer);
    }
    if (!merged && merger.lacksRoom()) {
      throw new StoreFullException(
          "the disk has no room for the index once more, so not all that is superseded was found;"
              + " free some space and try again",
          parts.files.directory,
          null);
    }
    parts.pins.disposeOfWhatCanBe();
  }

  /** Writes all memtables that wait for it. */
  void publishFrozen(Runnable step) throws IOException {
    boolean more = true;
    while (more) {
      step.run();
      more = parts.publisher.publishOldest();
    }
  }
}
