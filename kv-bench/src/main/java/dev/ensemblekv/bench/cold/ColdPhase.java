// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.ProcessFacts;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one process does with a store that is not in memory. Each phase has a process of its own, as
 * pages that a process has mapped cannot be dropped.
 *
 * @param stored the store
 * @param seconds how long its threads read at most
 * @param calls how often they read at most, so that most of the store stays cold
 * @param idleSeconds how long the engine is left alone after the load
 */
record ColdPhase(Stored stored, int seconds, long calls, int idleSeconds) {
  private static final double NANOS_PER_MILLI = 1e6;

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

  /** What was found out; the libraries are those of an engine that was opened. */
  record Outcome(Map<ColdFigure, Double> figures, String libraries) {}

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

  Outcome run(Kind kind) throws InterruptedException, IOException {
    Map<ColdFigure, Double> figures = new EnumMap<>(ColdFigure.class);
    if (kind == Kind.LOAD) {
      String libraries = load();
      figures.put(ColdFigure.STORE, new TemporaryDirectory(stored.directory()).allocatedBytes());
      return new Outcome(figures, libraries);
    }
    PageCache.drop(stored.directory());
    if (kind == Kind.DISK) {
      try (DiskReads disk = new DiskReads(stored.directory())) {
        if (disk.isEmpty()) {
          throw new IllegalArgumentException("no file in " + stored.directory() + " has a page");
        }
        measure(random -> diskRead(disk, random), ColdFigure.DISK, ColdFigure.DISK_PAGES, figures);
      }
      return new Outcome(figures, "");
    }
    double read = ProcessFacts.readBytes();
    long begun = System.nanoTime();
    try (Engine opened = stored.open(false)) {
      stored.new Check().value(0, 0, opened.get(stored.pairs().key(0)));
      if (kind == Kind.GET) {
        figures.put(ColdFigure.OPEN, (System.nanoTime() - begun) / NANOS_PER_MILLI);
        figures.put(ColdFigure.OPEN_READ, ProcessFacts.readBytes() - read);
        measure(random -> get(opened, random), ColdFigure.GET, ColdFigure.GET_PAGES, figures);
      } else {
        measure(
            random -> () -> stored.getAbsent(opened, random),
            ColdFigure.ABSENT,
            ColdFigure.ABSENT_PAGES,
            figures);
      }
      return new Outcome(figures, opened.libraries());
    }
  }

  private String load() throws InterruptedException {
    try (Crew crew = new Crew(stored.threads());
        Engine opened = stored.open(false)) {
      stored.load(crew, opened);
      TimeUnit.SECONDS.sleep(idleSeconds);
      return opened.libraries();
    }
  }

  private Read get(Engine opened, SplittableRandom random) {
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

  private void measure(
      Reader reader, ColdFigure rate, ColdFigure pages, Map<ColdFigure, Double> figures)
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
    figures.put(rate, done.sum() / elapsed);
    double pagesRead = (ProcessFacts.readBytes() - read) / DiskReads.PAGE_BYTES;
    figures.put(pages, pagesRead / done.sum());
  }
}
