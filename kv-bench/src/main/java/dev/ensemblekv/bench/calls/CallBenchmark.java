// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.calls;

import dev.ensemblekv.bench.Pairs;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
import dev.ensemblekv.bench.engine.Engines;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** One method per call of an engine that is filled beforehand; keys are chosen at random. */
@State(Scope.Benchmark)
public class CallBenchmark {
  /** How many pairs a batch has, and a scan. */
  static final int MANY = 100;

  private static final int LOAD_BATCH = 1000;

  /** How many different values are written. */
  private static final int VALUES = 256;

  /** What is measured. */
  @Param("memory")
  public String engine = "";

  /** How many keys it holds. */
  @Param("100000")
  public int keys;

  /** The length of each value. */
  @Param("1000")
  public int valueBytes;

  /** What keys and values follow from. */
  @Param("42")
  public long seed;

  /** Whether each write is durable at its return. */
  @Param("false")
  public boolean sync;

  /** Where the files are. */
  @Param(".")
  public String directory = "";

  @SuppressWarnings("NullAway.Init") // set by open
  private TemporaryDirectory files;

  @SuppressWarnings("NullAway.Init") // set by open
  private Engine opened;

  private byte[][] present = {};
  private byte[][] absent = {};
  private byte[][] values = {};

  /** What each thread has for itself. */
  @State(Scope.Thread)
  public static class Own {
    private final SplittableRandom random = new SplittableRandom();
    private final List<byte[]> batchKeys = new ArrayList<>(MANY);
    private final List<byte[]> batchValues = new ArrayList<>(MANY);

    private byte[] pick(byte[][] from) {
      return from[random.nextInt(from.length)];
    }
  }

  /** Opens and fills the engine. */
  @Setup
  public void open() {
    Pairs pairs = new Pairs(seed, valueBytes);
    present = new byte[keys][];
    absent = new byte[keys][];
    values = new byte[VALUES][];
    for (int i = 0; i < keys; i++) {
      present[i] = pairs.key(i);
      absent[i] = pairs.key(keys + (long) i);
    }
    for (int i = 0; i < VALUES; i++) {
      values[i] = pairs.value(i, 0);
    }
    files = TemporaryDirectory.below(Path.of(directory));
    opened = Engines.open(engine, files.path(), sync);
    for (int from = 0; from < keys; from += LOAD_BATCH) {
      List<byte[]> batch = List.of(present).subList(from, Math.min(keys, from + LOAD_BATCH));
      opened.putAll(batch, batch.stream().map(key -> values[key[0] & (VALUES - 1)]).toList());
    }
    opened.flush();
  }

  /** Closes the engine and deletes its files. */
  @TearDown
  public void close() {
    try {
      opened.close();
    } finally {
      files.close();
    }
  }

  /** Gets a key that is there. */
  @Benchmark
  public byte @Nullable [] get(Own own) {
    return opened.get(own.pick(present));
  }

  /** Gets a key that is not there. */
  @Benchmark
  public byte @Nullable [] getAbsent(Own own) {
    return opened.get(own.pick(absent));
  }

  /** Looks at the first bytes of a value, where it lies if the engine can show it there. */
  @Benchmark
  public @Nullable Object read(Own own) {
    return opened.read(own.pick(present), CallBenchmark::firstByte);
  }

  private static Boolean firstByte(ByteBuffer value) {
    return value.get(value.position()) > 0; // boxed without allocation
  }

  /** Overwrites a key. */
  @Benchmark
  public void put(Own own) {
    opened.put(own.pick(present), own.pick(values));
  }

  /** Overwrites {@value #MANY} keys by one batch. */
  @Benchmark
  public void batch(Own own) {
    own.batchKeys.clear();
    own.batchValues.clear();
    for (int i = 0; i < MANY; i++) {
      own.batchKeys.add(own.pick(present));
      own.batchValues.add(own.pick(values));
    }
    opened.putAll(own.batchKeys, own.batchValues);
  }

  /** Scans {@value #MANY} pairs, from a key on that is there. */
  @Benchmark
  public void scan(Own own, Blackhole hole) {
    int[] left = {MANY};
    opened.scan(
        own.pick(present),
        (key, value) -> {
          hole.consume(key);
          hole.consume(value);
          return --left[0] > 0;
        });
  }
}
