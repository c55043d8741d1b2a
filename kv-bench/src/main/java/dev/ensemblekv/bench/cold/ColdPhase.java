// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Pairs;
import dev.ensemblekv.bench.ProcessFacts;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
import dev.ensemblekv.bench.engine.Engines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What one process does with a store that is not in memory. Each phase has a process of its own, as
 * pages that a process has mapped cannot be dropped.
 *
 * @param engine the name of the engine
 * @param directory where its files are
 * @param pairs its keys and values
 * @param keys how many
 * @param threads how many threads read
 * @param seconds how long they read at most
 * @param calls how often they read at most, so that most of the store stays cold
 * @param idleSeconds how long the engine is left alone after the load
 */
record ColdPhase(
    String engine,
    Path directory,
    Pairs pairs,
    long keys,
    int threads,
    int seconds,
    long calls,
    int idleSeconds) {

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
      figures.put(ColdFigure.STORE, new TemporaryDirectory(directory).allocatedBytes());
      return new Outcome(figures, libraries);
    }
    PageCache.drop(directory);
    if (kind == Kind.DISK) {
      try (DiskReads disk = new DiskReads(directory)) {
        measure(random -> diskRead(disk, random), ColdFigure.DISK, ColdFigure.DISK_PAGES, figures);
      }
      return new Outcome(figures, "");
    }
    double read = ProcessFacts.readBytes();
    long begun = System.nanoTime();
    try (Engine opened = Engines.open(engine, directory, false)) {
      check(opened.get(pairs.key(0)), 0);
      if (kind == Kind.GET) {
        figures.put(ColdFigure.OPEN, (System.nanoTime() - begun) / NANOS_PER_MILLI);
        figures.put(ColdFigure.OPEN_READ, ProcessFacts.readBytes() - read);
        measure(random -> get(opened, random), ColdFigure.GET, ColdFigure.GET_PAGES, figures);
      } else {
        measure(
            random -> getAbsent(opened, random),
            ColdFigure.ABSENT,
            ColdFigure.ABSENT_PAGES,
            figures);
      }
      return new Outcome(figures, opened.libraries());
    }
  }

  private String load() throws InterruptedException {
    try (Crew crew = new Crew(threads);
        Engine opened = Engines.open(engine, directory, false)) {
      crew.run(
          "load",
          thread -> {
            for (long index = thread; index < keys; index += threads) {
              opened.put(pairs.key(index), pairs.value(index, 0));
            }
          });
      opened.flush();
      TimeUnit.SECONDS.sleep(idleSeconds);
      return opened.libraries();
    }
  }

  private Read get(Engine opened, SplittableRandom random) {
    return () -> {
      long index = random.nextLong(keys);
      check(opened.get(pairs.key(index)), index);
    };
  }

  private void check(byte @Nullable [] value, long index) {
    if (!Arrays.equals(value, pairs.value(index, 0))) {
      throw new IllegalStateException(engine + " returned a wrong value for key " + index);
    }
  }

  private Read getAbsent(Engine opened, SplittableRandom random) {
    return () -> {
      long index = keys + random.nextLong(keys);
      if (opened.get(pairs.key(index)) != null) {
        throw new IllegalStateException(engine + " has key " + index + ", never put");
      }
    };
  }

  private static Read diskRead(DiskReads disk, SplittableRandom random) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(DiskReads.PAGE_BYTES);
    return () -> disk.read(random, buffer);
  }

  private void measure(
      Reader reader, ColdFigure rate, ColdFigure pages, Map<ColdFigure, Double> figures)
      throws InterruptedException {
    double read = ProcessFacts.readBytes();
    LongAdder done = new LongAdder();
    double elapsed;
    try (Crew crew = new Crew(threads)) {
      elapsed =
          crew.run(
              "cold",
              thread -> {
                Read own = reader.of(new SplittableRandom(pairs.seed() + thread));
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
                for (long i = thread; i < calls && System.nanoTime() < deadline; i += threads) {
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
