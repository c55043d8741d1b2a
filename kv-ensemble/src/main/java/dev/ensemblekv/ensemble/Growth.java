// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.spi.KvExecutor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what makes an ensemble grow, one job at a time and in small steps, on the executor: chores
 * (cleaning, discarding) first, then the splits in the order in which they were asked for.
 *
 * <p>A job that fails gives way, and all is tried again after a pause that doubles from one second
 * to a minute. Between two steps the growth can be paused, the split given up, the ensemble closed.
 * Thread-safe.
 */
final class Growth {
  private static final Logger LOG = LoggerFactory.getLogger(Growth.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final int MAX_PAUSE_DOUBLINGS = 6;

  private final KvExecutor executor;
  private final Function<SplitRequest, GrowthJob> splitting;
  private final BooleanSupplier halted;

  // Guarded by this, except that the volatile ones are read by status().
  private final Deque<GrowthJob> chores = new ArrayDeque<>();
  private final Deque<SplitRequest> splits = new ArrayDeque<>();
  private volatile @Nullable GrowthJob current;
  private volatile boolean paused;
  private volatile int queued;
  private volatile long cutovers;
  private volatile long failures;
  private volatile @Nullable String problem;
  private boolean closed;
  private boolean stepPending;
  private boolean stepRunning;
  private boolean abortWanted;
  private KvExecutor.@Nullable Scheduled retry;
  private int failuresInRow;

  /**
   * A split that someone wants.
   *
   * @param donor what is to be split
   * @param forced whether limits do not matter
   */
  record SplitRequest(Substore donor, boolean forced) {}

  /**
   * Creates the growth, at rest.
   *
   * @param splitting makes the job of a request
   * @param halted tells that nothing may be begun any more
   */
  Growth(KvExecutor executor, Function<SplitRequest, GrowthJob> splitting, BooleanSupplier halted) {
    this.executor = executor;
    this.splitting = splitting;
    this.halted = halted;
  }

  /** Asks for a split, unless that donor's is asked for already. */
  synchronized void want(Substore donor, boolean forced) {
    if (!donor.isSplitWanted() && !closed) {
      donor.splitWanted(true);
      splits.add(new SplitRequest(donor, forced));
      queued = splits.size();
      kick();
    }
  }

  /** Adds a chore. */
  synchronized void add(GrowthJob chore) {
    chores.add(chore);
    kick();
  }

  /** Looks for something to do, as something a job waited for may have happened. */
  synchronized void kick() {
    boolean work = current != null || !chores.isEmpty() || !splits.isEmpty();
    boolean allowed = (!paused && retry == null) || abortWanted;
    if (work && allowed && !closed && !stepPending && !halted.getAsBoolean()) {
      stepPending = true;
      executor.execute(this::step);
    }
  }

  private void step() {
    GrowthJob job;
    boolean abort;
    synchronized (this) {
      stepPending = false;
      if (closed || stepRunning) {
        return;
      }
      abort = abortWanted;
      abortWanted = false;
      if (paused && !abort) {
        return;
      }
      if (current == null) {
        current = next();
      }
      job = current;
      if (job == null) {
        return;
      }
      stepRunning = true;
    }
    try {
      run(job, abort);
    } finally {
      synchronized (this) {
        stepRunning = false;
        notifyAll();
      }
    }
    kick();
  }

  /** Takes a step and what follows from it; until then nobody else may take one of the same job. */
  private void run(GrowthJob job, boolean abort) {
    GrowthJob.Step outcome;
    try {
      if (abort) {
        outcome = job.abandon() ? GrowthJob.Step.DONE : GrowthJob.Step.AGAIN;
      } else {
        outcome = job.step();
      }
    } catch (RuntimeException e) {
      failed(job, e);
      return;
    }
    if (outcome == GrowthJob.Step.DONE) {
      done(job);
      job.ended();
    }
  }

  /** Returns the next job; a chore that is not ready, or a donor that has one, lets others pass. */
  private @Nullable GrowthJob next() {
    for (GrowthJob chore : chores) {
      if (chore.isReady()) {
        chores.remove(chore);
        return chore;
      }
    }
    for (SplitRequest request : splits) {
      if (chores.stream().noneMatch(chore -> chore.concerns(request.donor()))) {
        splits.remove(request);
        queued = splits.size();
        return splitting.apply(request);
      }
    }
    return null;
  }

  private synchronized void done(GrowthJob job) {
    current = null;
    failuresInRow = 0;
    problem = null;
    job.request().ifPresent(request -> request.donor().splitWanted(false));
    chores.addAll(job.followUps());
    cutovers += job.cutovers();
  }

  private void failed(GrowthJob job, RuntimeException failure) {
    LOG.warn("{} failed and is tried again later", job, failure);
    try {
      job.abandon();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
    synchronized (this) {
      current = null;
      failures++;
      problem = job + ": " + failure.getMessage();
      chores.addAll(job.followUps());
      job.request().ifPresent(splits::addFirst);
      queued = splits.size();
      if (!closed) {
        Duration pause =
            FIRST_PAUSE.multipliedBy(1L << Math.min(failuresInRow++, MAX_PAUSE_DOUBLINGS));
        retry = executor.schedule(this::endPause, pause);
      }
    }
  }

  private synchronized void endPause() {
    retry = null;
    kick();
  }

  synchronized void pause() {
    paused = true;
  }

  synchronized void resume() {
    paused = false;
    kick();
  }

  /** Gives up the split at work at its next step; returns whether there is one. */
  synchronized boolean abort() {
    boolean possible = current != null && current.canAbandon();
    if (possible) {
      abortWanted = true;
      kick();
    }
    return possible;
  }

  /** Tells whether a split of a substore is at work, or will be as soon as its turn comes. */
  boolean isRelieving(Substore substore) {
    return substore.isSplitWanted() && !paused && problem == null;
  }

  /** Stops after the step that is running, and lets go of the job at work. */
  void close() {
    GrowthJob job;
    synchronized (this) {
      closed = true;
      if (retry != null) {
        retry.cancel();
      }
      boolean interrupted = false;
      while (stepRunning) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      job = current;
    }
    if (job != null) {
      job.release();
    }
  }

  /** Returns what is going on; takes no lock. */
  EnsembleControl.Status status() {
    GrowthJob job = current;
    return new EnsembleControl.Status(
        job == null ? EnsembleControl.Phase.IDLE : job.phase(),
        paused,
        job == null ? Optional.empty() : job.donorName(),
        job == null ? Optional.empty() : job.targetName(),
        job == null ? 0 : job.progress(),
        job == null ? Optional.empty() : job.remaining(),
        queued,
        cutovers,
        failures,
        Optional.ofNullable(problem));
  }

  /** Returns the jobs and requests that wait; for tests of invariants. */
  synchronized List<Object> waiting() {
    List<Object> waiting = new ArrayList<>(chores);
    waiting.addAll(splits);
    return waiting;
  }
}
