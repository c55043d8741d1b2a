// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Pairs;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.engine.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Makes the calls of one thread, and tells how long each took. What is put is made before, and what
 * was got is compared after.
 */
final class Caller {
  private static final long NONE_LEFT = -1;
  private static final int MAX_SCANNED = 100;
  private static final int BATCH = 100;

  private final Stored stored;
  private final Engine opened;
  private final OwnKeys own;
  private final LongAdder written;
  private long begun;
  private long ended;

  /**
   * Makes one.
   *
   * @param written is told the bytes of the keys and values that are put, and of the keys deleted
   */
  Caller(Stored stored, Engine opened, OwnKeys own, LongAdder written) {
    this.stored = stored;
    this.opened = opened;
    this.own = own;
    this.written = written;
  }

  /** Returns when the last call ended. */
  long ended() {
    return ended;
  }

  /** Puts a key for the first time; returns the nanoseconds that it took. */
  long load(int key) {
    return put(own.key(key), own.first(key));
  }

  /** Does the next call; returns the nanoseconds that it took, negative if there is none left. */
  long next(Workload workload) {
    Call call = workload.call(own.random().nextInt(100));
    return switch (call) {
      case READ -> read(choose(workload));
      case ABSENT -> absent();
      case UPDATE -> update(choose(workload));
      case CHANGE -> {
        int key = choose(workload);
        yield read(key) + update(key);
      }
      case INSERT -> load(own.insert());
      case DELETE -> delete();
      case BATCH -> batch(workload);
      case SCAN -> scan(choose(workload));
    };
  }

  private int choose(Workload workload) {
    return own.choose(workload.popularity());
  }

  private long read(int key) {
    byte[] bytes = own.key(key);
    begin();
    byte[] value = opened.get(bytes);
    long nanos = end();
    own.check(key, value);
    return nanos;
  }

  private long absent() {
    long index = stored.absent(own.random());
    byte[] bytes = stored.pairs().key(index);
    begin();
    byte[] value = opened.get(bytes);
    long nanos = end();
    stored.checkAbsent(index, value);
    return nanos;
  }

  private long update(int key) {
    return put(own.key(key), own.update(key));
  }

  private long put(byte[] key, byte[] value) {
    written.add(key.length + value.length);
    begin();
    opened.put(key, value);
    return end();
  }

  private long delete() {
    int key = own.delete();
    if (key < 0) {
      return NONE_LEFT;
    }
    byte[] bytes = own.key(key);
    written.add(bytes.length);
    begin();
    opened.delete(bytes);
    return end();
  }

  private long batch(Workload workload) {
    List<byte[]> keys = new ArrayList<>(BATCH);
    List<byte[]> values = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      int key = choose(workload);
      keys.add(own.key(key));
      values.add(own.update(key));
    }
    written.add(BATCH * (Pairs.KEY_BYTES + (long) stored.pairs().valueBytes()));
    begin();
    opened.putAll(keys, values);
    return end();
  }

  private long scan(int key) {
    byte[] bytes = own.key(key);
    int[] left = {1 + own.random().nextInt(MAX_SCANNED)};
    byte[][] first = new byte[2][];
    begin();
    opened.scan(
        bytes,
        (found, value) -> {
          if (first[0] == null) {
            first[0] = found;
            first[1] = value;
          }
          return --left[0] > 0;
        });
    long nanos = end();
    own.check(key, Arrays.equals(bytes, first[0]) ? first[1] : null);
    return nanos;
  }

  private void begin() {
    begun = System.nanoTime();
  }

  private long end() {
    ended = System.nanoTime();
    return ended - begun;
  }
}
