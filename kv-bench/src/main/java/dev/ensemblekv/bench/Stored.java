// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.engine.Engine;
import dev.ensemblekv.bench.engine.Engines;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A store that is measured, and what is in it.
 *
 * @param engine the name of its engine
 * @param directory where its files are
 * @param pairs its keys and values
 * @param keys how many
 * @param threads how many threads call it
 */
public record Stored(String engine, Path directory, Pairs pairs, long keys, int threads) {
  private static final long MIN_KEYS_PER_THREAD = 4;
  private static final long NEVER_PUT = 1L << 40;

  /**
   * So many that no engine keeps all of them in memory, or in its log, until it is opened again.
   */
  private static final long WARM_KEYS = 20_000;

  private static final long MOST_WARM_BYTES = 20_000_000;

  /** Returns the same of another engine. */
  public Stored of(String other) {
    return new Stored(other, directory, pairs, keys, threads);
  }

  /**
   * Returns one for the same engine in another directory.
   *
   * @param valueBytes length of each value; with longer ones there are fewer keys
   * @param percent how much data there is, in percent of this one
   */
  public Stored in(Path other, int valueBytes, int otherThreads, int percent) {
    long otherPairBytes = Pairs.KEY_BYTES + (long) valueBytes;
    long otherKeys = dataBytes() / otherPairBytes * percent / 100;
    return new Stored(
        engine,
        other,
        new Pairs(pairs.seed(), valueBytes),
        Math.max(otherKeys, MIN_KEYS_PER_THREAD * otherThreads),
        otherThreads);
  }

  /** Returns one for the same engine in another directory, with little data, to warm up with. */
  public Stored small(Path other) {
    long most = Math.min(WARM_KEYS, MOST_WARM_BYTES / pairBytes());
    long least = MIN_KEYS_PER_THREAD * threads;
    return new Stored(engine, other, pairs, Math.min(keys, Math.max(least, most)), threads);
  }

  /** Returns the directory in which that of the store is. */
  public Path parent() {
    return Objects.requireNonNull(directory.toAbsolutePath().getParent());
  }

  /** Opens it. */
  public Engine open(boolean sync) {
    return Engines.open(engine, directory, sync);
  }

  /** Returns the length of each key with its value. */
  public long pairBytes() {
    return Pairs.KEY_BYTES + (long) pairs.valueBytes();
  }

  /** Returns the length of all keys with their values. */
  public long dataBytes() {
    return keys * pairBytes();
  }

  /**
   * Puts all keys, in random order, and makes them durable.
   *
   * @return the seconds that it took
   */
  public double load(Crew crew, Engine opened) throws InterruptedException {
    double seconds =
        crew.run(
            "load",
            thread -> {
              for (long index = thread; index < keys; index += threads) {
                opened.put(pairs.key(index), pairs.value(index, 0));
              }
            });
    long begun = System.nanoTime();
    opened.flush();
    return seconds + (System.nanoTime() - begun) / Crew.NANOS_PER_SECOND;
  }

  /** Gets a key that was never put. */
  public void getAbsent(Engine opened, SplittableRandom random) {
    long index = absent(random);
    checkAbsent(index, opened.get(pairs.key(index)));
  }

  /** Chooses the index of a key that was never put, whatever is inserted. */
  public long absent(SplittableRandom random) {
    return NEVER_PUT + random.nextLong(keys);
  }

  /** Fails if a key has a value although it was never put. */
  public void checkAbsent(long index, byte @Nullable [] value) {
    if (value != null) {
      throw new IllegalStateException(engine + " has key " + index + ", never put");
    }
  }

  /** Returns the random choices of a thread. */
  public SplittableRandom random(int thread) {
    return new SplittableRandom(pairs.seed() + thread);
  }

  /** Compares values with what they should be; for one thread. */
  public final class Check {
    private final byte[] expected = new byte[pairs.valueBytes()];

    /** Fails if a value is not that which a key has after so many changes. */
    public void value(long index, int version, byte @Nullable [] value) {
      pairs.fill(expected, index, version);
      if (!Arrays.equals(expected, value)) {
        throw new IllegalStateException(
            engine + " returned a wrong value for key " + index + ", version " + version);
      }
    }
  }
}
