// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Job;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.ProcessFacts;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * What one process does with a store that is not in memory. Each phase has a process of its own, as
 * pages that a process has mapped cannot be dropped. It reads another store before, so that what is
 * measured is not how the code of the engine is loaded and compiled.
 *
 * @param kind what is done
 * @param stored the store
 * @param seconds how long its threads read at most
 * @param calls how often they read at most, so that most of the store stays cold
 * @param idleSeconds how long the engine is left alone after the load
 */
record ColdPhase(Kind kind, Stored stored, int seconds, long calls, int idleSeconds)
    implements Job {
  private static final double NANOS_PER_MILLI = 1e6;

  private static final int WARM_CALLS = 50_000;

  /** What is done. */
  enum Kind {
    /** All keys are put. */
    LOAD,
    /** Keys that are there are read, at random. */
    GET,
    /** Keys that are not there are read. */
    ABSENT,
    /** Pages of the files are read, without the engine. */
    DISK
  }

  /** A read of one thread. */
  @FunctionalInterface
  private interface Read {
    void next() throws IOException;
  }

  /** Gives each thread its read. */
  @FunctionalInterface
  private interface Reader {
    Read of(SplittableRandom random);
  }

  @Override
  public void run(Outcome outcome, Consumer<String> progress)
      throws InterruptedException, IOException {
    if (kind == Kind.LOAD) {
      load(outcome);
      return;
    }
    if (kind == Kind.DISK) {
      PageCache.drop(stored.directory());
      readDisk(outcome);
      return;
    }
    warmUp();
    PageCache.drop(stored.directory());
    double read = ProcessFacts.readBytes();
    long begun = System.nanoTime();
    try (Engine opened = stored.open(false)) {
      stored.new Check().value(0, 0, opened.get(stored.pairs().key(0)));
      boolean isGet = kind == Kind.GET;
      if (isGet) {
        outcome.put(ColdFigures.OPEN, (System.nanoTime() - begun) / NANOS_PER_MILLI);
        outcome.put(ColdFigures.OPEN_READ, ProcessFacts.readBytes() - read);
      }
      measure(
          random -> read(opened, random),
          isGet ? ColdFigures.GET : ColdFigures.ABSENT,
          isGet ? ColdFigures.GET_PAGES : ColdFigures.ABSENT_PAGES,
          outcome);
    }
  }

  private void load(Outcome outcome) throws InterruptedException {
    try (Crew crew = new Crew(stored.threads());
        Engine opened = stored.open(false)) {
      outcome.note(opened.libraries());
      stored.load(crew, opened);
      TimeUnit.SECONDS.sleep(idleSeconds);
    }
    outcome.put(ColdFigures.STORE, new TemporaryDirectory(stored.directory()).allocatedBytes());
  }

  /** Puts pairs into a small store, opens it again, and does there what is to be measured. */
  private void warmUp() throws InterruptedException, IOException {
    try (TemporaryDirectory files = TemporaryDirectory.below(stored.parent());
        Crew crew = new Crew(stored.threads())) {
      Stored small = stored.small(files.path());
      try (Engine opened = small.open(false)) {
        small.load(crew, opened);
      }
      ColdPhase phase = new ColdPhase(kind, small, seconds, WARM_CALLS, 0);
      try (Engine opened = small.open(false)) {
        Read read = phase.read(opened, small.random(0));
        for (int i = 0; i < WARM_CALLS; i++) {
          read.next();
        }
      }
    }
  }

  private void readDisk(Outcome outcome) throws InterruptedException, IOException {
    try (DiskReads disk = new DiskReads(stored.directory())) {
      if (disk.isEmpty()) {
        throw new IllegalArgumentException("no file in " + stored.directory() + " has a page");
      }
      measure(random -> diskRead(disk, random), ColdFigures.DISK, ColdFigures.DISK_PAGES, outcome);
    }
  }

  private Read read(Engine opened, SplittableRandom random) {
    if (kind == Kind.ABSENT) {
      return () -> stored.getAbsent(opened, random);
    }
    Stored.Check check = stored.new Check();
    return () -> {
      long index = random.nextLong(stored.keys());
      check.value(index, 0, opened.get(stored.pairs().key(index)));
    };
  }

  private static Read diskRead(DiskReads disk, SplittableRandom random) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(DiskReads.PAGE_BYTES);
    return () -> {
      if (!disk.read(random, buffer)) {
        throw new IOException("a page is missing, though nobody uses the files");
      }
    };
  }

  private void measure(Reader reader, Figure rate, Figure pages, Outcome outcome)
      throws InterruptedException {
    double read = ProcessFacts.readBytes();
    LongAdder done = new LongAdder();
    double elapsed;
    try (Crew crew = new Crew(stored.threads())) {
      elapsed =
          crew.run(
              "cold",
              thread -> {
                Read own = reader.of(stored.random(thread));
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
                for (long i = thread;
                    i < calls && System.nanoTime() < deadline;
                    i += stored.threads()) {
                  own.next();
                  done.increment();
                }
              });
    }
    outcome.put(rate, done.sum() / elapsed);
    double pagesRead = (ProcessFacts.readBytes() - read) / DiskReads.PAGE_BYTES;
    outcome.put(pages, pagesRead / done.sum());
  }
}
