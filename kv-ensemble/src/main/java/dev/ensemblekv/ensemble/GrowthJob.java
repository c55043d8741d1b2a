// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Something that {@link Growth} does in small steps. Used by one thread at a time. */
abstract class GrowthJob {

  /** What a step came to. */
  enum Step {
    /** There is more to do. */
    AGAIN,
    /** The job is at its end. */
    DONE
  }

  private final JobProgress progress;
  private long movedBytes;

  GrowthJob(JobProgress progress) {
    this.progress = progress;
  }

  /** Does a little; what it throws makes the job fail. */
  abstract Step step();

  /** Counts bytes that a step moves, compares, counts or looks through. */
  final void moved(long bytes) {
    movedBytes += bytes;
  }

  /** Returns what was moved since this was last asked. */
  final long takeMovedBytes() {
    long taken = movedBytes;
    movedBytes = 0;
    return taken;
  }

  /** Tells whether the job must not be slowed down; read by any thread. */
  boolean isUrgent() {
    return false;
  }

  /** Tells whether the job must not stand still where it is; read by any thread. */
  boolean mustGoOn() {
    return false;
  }

  /** Tells whether the first step can be done now. */
  boolean isReady() {
    return true;
  }

  /** Returns what is going on; read by any thread. */
  abstract EnsembleControl.Phase phase();

  /** Tells whether the job needs a substore for itself. */
  abstract boolean concerns(Substore substore);

  /** Tells whether {@link #abandon} would do anything; read by any thread. */
  boolean canAbandon() {
    return false;
  }

  /** Undoes what was done, if that is possible; returns whether it was. */
  boolean abandon() {
    release();
    return false;
  }

  /** Lets go of what the job holds in memory, as the ensemble is closed. */
  void release() {}

  /** Returns the chores that come of the job, once it is at its end, well or not. */
  List<GrowthJob> followUps() {
    return List.of();
  }

  /** Returns the request that the job is to fulfil, if it is a split. */
  Optional<Growth.SplitRequest> request() {
    return Optional.empty();
  }

  /** Is called once after the last step, when the job is no longer at work. */
  void ended() {}

  /** Returns how many cutovers the job has done. */
  int cutovers() {
    return 0;
  }

  Optional<String> donorName() {
    return Optional.empty();
  }

  Optional<String> targetName() {
    return Optional.empty();
  }

  final double progress() {
    return progress.fraction();
  }

  final Optional<Duration> remaining() {
    return progress.remaining();
  }
}
