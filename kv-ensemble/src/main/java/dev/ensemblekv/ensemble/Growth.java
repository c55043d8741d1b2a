// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.spi.KvExecutor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what makes an ensemble grow, one job at a time and in small steps, on the executor: chores
 * (cleaning, discarding) first, then the splits in the order in which they were asked for.
 *
 * <p>A job that fails gives way to the others, and is tried again after a pause of its own that
 * doubles from one second to a minute. Steps keep to a {@link Pace}. Between two steps the growth
 * can be paused, the split given up, the ensemble closed. Thread-safe.
 */
final class Growth {
  private static final Logger LOG = LoggerFactory.getLogger(Growth.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final int MAX_PAUSE_DOUBLINGS = 6;

  private final KvExecutor executor;
  private final Function<SplitRequest, GrowthJob> splitting;
  private final BooleanSupplier halted;
  private final GrowthEvents events; // used by whoever runs a step

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
  private final Pace pace;
  private volatile long bytesPerSecond;
  private KvExecutor.@Nullable Scheduled pausedStep;

  /** The jobs that failed and have not succeeded since, by their name; the last one last. */
  private final Map<String, Setback> setbacks = new LinkedHashMap<>();

  /** A split that someone wants. */
  static final class SplitRequest {
    private final Substore donor;
    private volatile boolean forced;

    SplitRequest(Substore donor, boolean forced) {
      this.donor = donor;
      this.forced = forced;
    }

    /** Returns what is to be split. */
    Substore donor() {
      return donor;
    }

    /** Tells whether limits do not matter. */
    boolean isForced() {
      return forced;
    }

    @Override
    public String toString() {
      return "split of " + donor;
    }
  }

  /** How a job failed, and whether the pause after that is over. */
  private static final class Setback {
    String problem = "";
    int failuresInRow;
    boolean waiting;
    KvExecutor.@Nullable Scheduled retry;
  }

  /**
   * Creates the growth, at rest.
   *
   * @param splitting makes the job of a request
   * @param halted tells that nothing may be begun any more
   * @param bytesPerSecond how much is moved and compared at most
   * @param events what is told of
   */
  Growth(
      KvExecutor executor,
      Function<SplitRequest, GrowthJob> splitting,
      BooleanSupplier halted,
      long bytesPerSecond,
      GrowthEvents events) {
    this.executor = executor;
    this.bytesPerSecond = bytesPerSecond;
    this.events = events;
    this.pace = new Pace(bytesPerSecond, executor.nanoTime());
    this.splitting = splitting;
    this.halted = halted;
  }

  /** Asks for a split; one that is asked for already becomes forced if this one is. */
  synchronized void want(Substore donor, boolean forced) {
    if (donor.isSplitWanted()) {
      if (forced) {
        force(donor);
      }
    } else if (!closed) {
      donor.splitWanted(true);
      splits.add(new SplitRequest(donor, forced));
      queued = splits.size();
      kick();
    }
  }

  private void force(Substore donor) {
    GrowthJob job = current;
    Stream.concat(splits.stream(), job == null ? Stream.empty() : job.request().stream())
        .filter(request -> request.donor == donor)
        .forEach(request -> request.forced = true);
  }

  /** Adds a chore. */
  synchronized void add(GrowthJob chore) {
    chores.add(chore);
    kick();
  }

  /** Looks for something to do, as something a job waited for may have happened. */
  synchronized void kick() {
    boolean work = current != null || !chores.isEmpty() || !splits.isEmpty();
    if (work && !standsStill() && !closed && !stepPending && !halted.getAsBoolean()) {
      try {
        submitStep(delayNanos());
        stepPending = true;
      } catch (RejectedExecutionException e) {
        LOG.warn("the ensemble cannot grow: the executor takes no more tasks", e);
      }
    }
  }

  private boolean standsStill() {
    GrowthJob job = current;
    return paused && !abortWanted && (job == null || !job.mustGoOn());
  }

  private void submitStep(long delayNanos) {
    if (delayNanos == 0) {
      executor.execute(this::step);
    } else {
      pausedStep = executor.schedule(this::step, Duration.ofNanos(delayNanos));
    }
  }

  /** The rate gives way to writers who are held up, and to whoever gives the job up. */
  private long delayNanos() {
    GrowthJob job = current;
    boolean slow = job != null && !job.isUrgent() && !abortWanted;
    return slow ? pace.delayNanos(executor.nanoTime()) : 0;
  }

  /** Does not wait any longer for the next step, as there is something to do at once. */
  private void hurry() {
    if (pausedStep != null) {
      pausedStep.cancel();
      pausedStep = null;
      stepPending = false;
    }
    kick();
  }

  /** Sets how many bytes a second are moved and compared at most. */
  synchronized void rate(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
    pace.rate(bytesPerSecond, executor.nanoTime());
    hurry();
  }

  /** Returns how many bytes a second are moved and compared at most; takes no lock. */
  long bytesPerSecond() {
    return bytesPerSecond;
  }

  private void step() {
    GrowthJob job;
    boolean abort;
    synchronized (this) {
      stepPending = false;
      pausedStep = null;
      if (closed || stepRunning || standsStill()) {
        return;
      }
      abort = abortWanted;
      abortWanted = false;
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
        pace.spend(job.takeMovedBytes(), executor.nanoTime());
        stepRunning = false;
        notifyAll();
      }
      kick();
    }
  }

  /** Takes a step and what follows from it; until then nobody else may take one, nor close. */
  private void run(GrowthJob job, boolean abort) {
    boolean done;
    try {
      done = abort ? job.abandon() : job.step() == GrowthJob.Step.DONE;
    } catch (RuntimeException e) {
      failed(job, e);
      return;
    } catch (Error e) {
      failed(job, e);
      throw e;
    }
    if (!done) {
      events.stepped(job);
    } else {
      events.done(job);
      done(job);
      job.ended();
    }
  }

  /**
   * Returns the next job; a chore that is not ready, a donor that has one, and whatever waits for
   * its next try let others pass.
   */
  private @Nullable GrowthJob next() {
    for (GrowthJob chore : chores) {
      if (chore.isReady() && !isSetBack(chore)) {
        chores.remove(chore);
        return chore;
      }
    }
    for (SplitRequest request : splits) {
      if (!isSetBack(request)
          && chores.stream().noneMatch(chore -> chore.concerns(request.donor()))) {
        splits.remove(request);
        queued = splits.size();
        return splitting.apply(request);
      }
    }
    return null;
  }

  /** Tells whether a job or the request for one has failed and waits for its next try. */
  private boolean isSetBack(Object job) {
    Setback setback = setbacks.get(job.toString());
    return setback != null && setback.waiting;
  }

  private synchronized void done(GrowthJob job) {
    current = null;
    abortWanted = false;
    setbacks.remove(job.toString());
    problem = null;
    setbacks.values().forEach(other -> problem = other.problem);
    job.request().ifPresent(request -> request.donor().splitWanted(false));
    chores.addAll(job.followUps());
    cutovers += job.cutovers();
  }

  private void failed(GrowthJob job, Throwable failure) {
    LOG.warn("{} failed and is tried again later", job, failure);
    events.failed(job, failure);
    try {
      job.abandon();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
    synchronized (this) {
      current = null;
      abortWanted = false;
      failures++;
      chores.addAll(job.followUps());
      job.request().ifPresent(splits::addFirst);
      queued = splits.size();
      setBack(job.toString(), failure);
    }
  }

  private void setBack(String job, Throwable failure) {
    Setback setback = setbacks.containsKey(job) ? setbacks.remove(job) : new Setback();
    setbacks.put(job, setback);
    setback.problem = job + ": " + failure.getMessage();
    problem = setback.problem;
    Duration pause =
        FIRST_PAUSE.multipliedBy(1L << Math.min(setback.failuresInRow++, MAX_PAUSE_DOUBLINGS));
    if (!closed) {
      setback.waiting = true;
      setback.retry = executor.schedule(() -> endPause(setback), pause);
    }
  }

  private synchronized void endPause(Setback setback) {
    setback.waiting = false;
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
    boolean possible = !closed && current != null && current.canAbandon();
    if (possible) {
      abortWanted = true;
      hurry();
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
      for (Setback setback : setbacks.values()) {
        if (setback.retry != null) {
          setback.retry.cancel();
        }
      }
      if (pausedStep != null) {
        pausedStep.cancel();
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
}
