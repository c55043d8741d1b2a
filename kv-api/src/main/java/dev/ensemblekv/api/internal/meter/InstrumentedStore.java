// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.meter;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.FilterKvStore;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A layer that counts and samples what passes through it, and adds that to the statistics. */
public final class InstrumentedStore extends FilterKvStore {
  /** A call that may be short is timed now and then, one that waits for a medium each time. */
  private static final int SHORT_CALLS = 64;

  /** The names of the figures that this layer and the guard around it add. */
  public static final Set<String> METRICS = metrics();

  private final OperationMeter gets = new OperationMeter("get", SHORT_CALLS);
  private final OperationMeter puts = new OperationMeter("put", SHORT_CALLS);
  private final OperationMeter deletes = new OperationMeter("delete", SHORT_CALLS);
  private final OperationMeter swaps = new OperationMeter("compareAndSet", SHORT_CALLS);
  private final OperationMeter writes = new OperationMeter("write", 1);
  private final OperationMeter flushes = new OperationMeter("flush", 1);
  private final OperationMeter iterations = new OperationMeter("iterate", 1);
  private final List<OperationMeter> meters =
      List.of(gets, puts, deletes, swaps, writes, flushes, iterations);
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder readBytes = new LongAdder();
  private final LongAdder writtenBytes = new LongAdder();

  /** Puts the layer around a raw store. */
  public InstrumentedStore(KvStore inner) {
    super(inner);
  }

  private static Set<String> metrics() {
    Set<String> names =
        new HashSet<>(
            Set.of("hits", "misses", "readBytes", "writtenBytes", "openCursors", "leakedCursors"));
    for (String operation :
        List.of("get", "put", "delete", "compareAndSet", "write", "flush", "iterate")) {
      OperationMeter.SUFFIXES.forEach(suffix -> names.add(operation + suffix));
    }
    return Set.copyOf(names);
  }

  /** Returns the meters of all operations. */
  public List<OperationMeter> meters() {
    return meters;
  }

  /** Begins to count and time anew; calls that are under way may be counted in part. */
  public void resetStatistics() {
    meters.forEach(OperationMeter::reset);
    List.of(hits, misses, readBytes, writtenBytes).forEach(LongAdder::reset);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    long begun = gets.begin();
    try {
      byte[] value = inner.get(key);
      hit(value);
      return value;
    } catch (RuntimeException | Error e) {
      gets.failed();
      throw e;
    } finally {
      gets.end(begun);
    }
  }

  private void hit(byte @Nullable [] value) {
    if (value != null) {
      hits.increment();
      readBytes.add(value.length);
    } else {
      misses.increment();
    }
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    long begun = gets.begin();
    try {
      boolean[] found = new boolean[1];
      R result =
          inner.read(
              key,
              value -> {
                found[0] = true;
                hits.increment();
                readBytes.add(value.remaining());
                return reader.read(value);
              });
      if (!found[0]) {
        misses.increment();
      }
      return result;
    } catch (RuntimeException | Error e) {
      gets.failed();
      throw e;
    } finally {
      gets.end(begun);
    }
  }

  @Override
  public boolean exists(byte[] key) {
    long begun = gets.begin();
    try {
      boolean present = inner.exists(key);
      (present ? hits : misses).increment();
      return present;
    } catch (RuntimeException | Error e) {
      gets.failed();
      throw e;
    } finally {
      gets.end(begun);
    }
  }

  @Override
  public List<byte @Nullable []> getAll(List<byte[]> keys) {
    long begun = gets.begin();
    try {
      List<byte @Nullable []> values = inner.getAll(keys);
      values.forEach(this::hit);
      return values;
    } catch (RuntimeException | Error e) {
      gets.failed();
      throw e;
    } finally {
      gets.end(begun);
    }
  }

  @Override
  public void put(byte[] key, byte[] value) {
    measured(puts, () -> inner.put(key, value));
    writtenBytes.add((long) key.length + value.length);
  }

  @Override
  public void delete(byte[] key) {
    measured(deletes, () -> inner.delete(key));
    writtenBytes.add(key.length);
  }

  @Override
  public boolean compareAndSet(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
    long begun = swaps.begin();
    try {
      boolean replaced = inner.compareAndSet(key, expected, replacement);
      if (replaced) {
        writtenBytes.add((long) key.length + (replacement == null ? 0 : replacement.length));
      }
      return replaced;
    } catch (RuntimeException | Error e) {
      swaps.failed();
      throw e;
    } finally {
      swaps.end(begun);
    }
  }

  @Override
  public void write(KvBatch batch) {
    write(batch, Durability.DEFAULT);
  }

  @Override
  public void write(KvBatch batch, Durability durability) {
    measured(writes, () -> inner.write(batch, durability));
    writtenBytes.add(batch.bytes());
  }

  @Override
  public KvCursor iterate() {
    return begun(inner::iterate);
  }

  @Override
  public KvCursor scan(KeyRange range) {
    return begun(() -> inner.scan(range));
  }

  private KvCursor begun(Supplier<KvCursor> opening) {
    long begun = iterations.begin();
    try {
      return opening.get();
    } catch (RuntimeException | Error e) {
      iterations.failed();
      throw e;
    } finally {
      iterations.end(begun);
    }
  }

  @Override
  public void flush() {
    measured(flushes, inner::flush);
  }

  private static void measured(OperationMeter meter, Runnable call) {
    long begun = meter.begin();
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      meter.failed();
      throw e;
    } finally {
      meter.end(begun);
    }
  }

  @Override
  public KvStats stats() {
    KvStats.Builder stats = inner.stats().toBuilder();
    meters.forEach(meter -> meter.addTo(stats));
    stats.metric(
        KvMetric.counter(
            "hits", hits.sum(), KvMetric.Unit.COUNT, "Keys that reads found present."));
    stats.metric(
        KvMetric.counter(
            "misses", misses.sum(), KvMetric.Unit.COUNT, "Keys that reads found absent."));
    stats.metric(
        KvMetric.counter(
            "readBytes", readBytes.sum(), KvMetric.Unit.BYTES, "Bytes of values read."));
    stats.metric(
        KvMetric.counter(
            "writtenBytes",
            writtenBytes.sum(),
            KvMetric.Unit.BYTES,
            "Bytes of keys and values written."));
    return stats.build();
  }
}
