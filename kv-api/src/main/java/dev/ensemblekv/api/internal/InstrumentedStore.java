// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.FilterKvStore;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A layer that counts and samples what passes through it, and adds that to the statistics. */
final class InstrumentedStore extends FilterKvStore {
  private final OperationMeter gets = new OperationMeter("get");
  private final OperationMeter puts = new OperationMeter("put");
  private final OperationMeter deletes = new OperationMeter("delete");
  private final OperationMeter swaps = new OperationMeter("compareAndSet");
  private final OperationMeter writes = new OperationMeter("write");
  private final OperationMeter flushes = new OperationMeter("flush");
  private final OperationMeter iterations = new OperationMeter("iterate");
  private final List<OperationMeter> meters =
      List.of(gets, puts, deletes, swaps, writes, flushes, iterations);
  private final LongAdder hits = new LongAdder();
  private final LongAdder readBytes = new LongAdder();
  private final LongAdder writtenBytes = new LongAdder();

  InstrumentedStore(KvStore inner) {
    super(inner);
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
    }
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    long begun = gets.begin();
    try {
      return inner.read(
          key,
          value -> {
            hits.increment();
            readBytes.add(value.remaining());
            return reader.read(value);
          });
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
      if (present) {
        hits.increment();
      }
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
    iterations.end(iterations.begin());
    return inner.iterate();
  }

  @Override
  public KvCursor scan(KeyRange range) {
    iterations.end(iterations.begin());
    return inner.scan(range);
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
