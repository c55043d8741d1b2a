// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.tck.WriterProgress.Stage;
import dev.ensemblekv.tck.faults.ChildJvm;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A store to which process after process writes, each until it crashes at some moment; after each
 * the store is opened here and checked against what the process had told.
 */
final class CrashCycles {
  private static final List<Stage> STAGES =
      List.of(Stage.OPENING, Stage.WRITING, Stage.OPENING, Stage.WRITING, Stage.CLOSING);
  private static final long FIRST_OPENING_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int POLL_MICROS = 50;

  /** Its start, the opening, the writes and the close: each has to happen. */
  private static final int STEPS_OF_A_LIFE = 4;

  /** So many that some of them are flushes or synced. */
  private static final int LEAST_STEPS = 200;

  /** So few that the process is still at work when it is killed. */
  private static final int MOST_STEPS = WriterScript.THREADS * WriterScript.STEPS * 3 / 4;

  /** What ends a process. */
  @FunctionalInterface
  interface Crash {
    /** Makes it happen, and returns when the process is gone and its files can be read again. */
    void happen(ChildJvm writer) throws Exception;
  }

  private final KvStoreTck tck;
  private final Path directory;
  private final Path scratch;
  private final Set<KvFeature> features;
  private final long seed;
  private final SplittableRandom random;
  private final WriteHistory history;
  private final boolean completedSurvives;
  private long openingNanos = FIRST_OPENING_NANOS;

  /**
   * Prepares the cycles.
   *
   * @param directory where the store is to be
   * @param scratch a directory that no crash concerns
   * @param features those of the store
   * @param completedSurvives whether the crashes may take nothing that was completed, rather than
   *     nothing that was durable
   */
  CrashCycles(
      KvStoreTck tck,
      Path directory,
      Path scratch,
      Set<KvFeature> features,
      boolean completedSurvives,
      long seed) {
    this.tck = tck;
    this.directory = directory;
    this.scratch = scratch;
    this.features = features;
    this.completedSurvives = completedSurvives;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.history = new WriteHistory(tck.options().get(KvOptions.SYNC));
  }

  /**
   * Runs some cycles.
   *
   * @param first the first of the stages, which take turns, at which the process crashes
   */
  void run(int cycles, int first, Crash crash) throws Exception {
    for (int life = 0; life < cycles; life++) {
      Stage stage = STAGES.get((first + life) % STAGES.size());
      try {
        run(life, stage, crash);
      } catch (AssertionError | Exception e) {
        throw new AssertionError(
            "after crash " + life + " (from 0), while " + stage + ": " + e.getMessage(), e);
      }
    }
  }

  private void run(int life, Stage stage, Crash crash) throws Exception {
    Path file = scratch.resolve("progress-" + life);
    int steps =
        stage == Stage.WRITING ? random.nextInt(LEAST_STEPS, MOST_STEPS) : Integer.MAX_VALUE;
    WriterProgress progress = WriterProgress.in(file);
    try (ChildJvm writer =
        ChildJvm.start(
            TckChild.class,
            scratch.resolve("writer"),
            tck.getClass().getName(),
            TckChild.WRITE,
            directory.toString(),
            file.toString(),
            String.valueOf(seed),
            String.valueOf(life),
            String.valueOf(steps / WriterScript.THREADS))) {
      await(stage, steps, progress, writer);
      if (writer.isAlive()) {
        crash.happen(writer);
      }
      assertDidNotFail(writer.awaitEnd(tck.mustHappen()));
    }
    Files.delete(file);
    if (progress.openingNanos() > 0) {
      openingNanos = progress.openingNanos();
    }
    note(progress, life);
    check();
  }

  private static void assertDidNotFail(ChildJvm.Ended ended) {
    if (!ended.killed()) {
      ended.assertSucceeded();
    }
    if (ended.errors().contains(TckChild.FAILED)) {
      throw new AssertionError("the writer failed: " + ended.errors());
    }
  }

  /** Waits for a moment of a stage. */
  private void await(Stage stage, int steps, WriterProgress progress, ChildJvm writer)
      throws Exception {
    Deadline deadline = new Deadline(tck.mustHappen().multipliedBy(STEPS_OF_A_LIFE));
    while (writer.isAlive() && progress.stage().compareTo(stage) < 0) {
      deadline.pause(stage + " of the writer");
    }
    if (stage == Stage.WRITING) {
      while (writer.isAlive() && stepsOf(progress) < steps) {
        deadline.pause(steps + " steps of the writer");
      }
    } else {
      long until = System.nanoTime() + random.nextLong(openingNanos);
      while (System.nanoTime() - until < 0) {
        Thread.onSpinWait();
      }
    }
  }

  private static long stepsOf(WriterProgress progress) {
    long sum = 0;
    for (long steps : progress.completed()) {
      sum += steps;
    }
    return sum;
  }

  /** A limit for a wait that polls. */
  private static final class Deadline {
    private final Duration limit;
    private final long endNanos;

    Deadline(Duration limit) {
      this.limit = limit;
      this.endNanos = System.nanoTime() + limit.toNanos();
    }

    void pause(String awaited) throws InterruptedException {
      if (System.nanoTime() - endNanos > 0) {
        throw new AssertionError(awaited + " did not happen within " + limit);
      }
      TimeUnit.MICROSECONDS.sleep(POLL_MICROS);
    }
  }

  /** Notes what the process began, completed and made durable. */
  private void note(WriterProgress progress, int life) {
    boolean synced = tck.options().get(KvOptions.SYNC);
    for (int thread = 0; thread < WriterScript.THREADS; thread++) {
      WriterScript script = new WriterScript(seed, life, thread, features);
      for (int step = 0; step < progress.began(thread); step++) {
        WriterScript.Step drawn = script.next();
        WriteHistory.Write write = history.begin(thread, drawn.batch());
        if (step < progress.completed(thread)) {
          write.completed();
          if (synced || drawn.kind() == WriterScript.Kind.SYNC || step < progress.flushed(thread)) {
            write.durable();
          }
        }
      }
    }
    if (progress.stage() == Stage.CLOSED) {
      history.everythingDurable();
    }
  }

  /** Opens what the crash left and checks it; it must stay as it was found. */
  private void check() throws IOException {
    try (KvStore store = tck.open(directory, tck.options())) {
      if (completedSurvives) {
        history.checkAfterKill(store);
      } else {
        history.check(store);
      }
      KvTask verify = store.verify();
      if (!verify.await(tck.mustHappen())) {
        throw new AssertionError(verify + " did not end within " + tck.mustHappen());
      }
      List<KvTask.Problem> problems = verify.result().problems();
      if (!problems.isEmpty()) {
        throw new AssertionError("verify found problems: " + problems);
      }
      history.beginWith(store);
    }
  }
}
