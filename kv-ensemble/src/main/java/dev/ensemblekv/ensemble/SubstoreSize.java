// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.spi.KvCapacity;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An upper bound of the live keys and bytes of one substore, against its limits.
 *
 * <p>Every put counts, because an engine with blind puts cannot tell an insert from an overwrite.
 * When the bound reaches the mark, someone counts exactly, which lowers the bound, and sets the
 * next mark, so that overwrites alone never split anything. Thread-safe.
 */
final class SubstoreSize {
  /** The next exact count waits for at least this part of the limit in further puts. */
  private static final double MIN_STEP = 0.05;

  /** So many puts at least lie between two records of the bounds on disk. */
  private static final long LEAST_KEYS_RECORDED = 10_000;

  private static final long LEAST_BYTES_RECORDED = 16 << 20;
  private static final long NEVER = Long.MAX_VALUE;

  private final boolean exact;
  private final AtomicLong keysBound;
  private final AtomicLong bytesBound;
  private volatile long keysLimit;
  private volatile long bytesLimit;
  private volatile long keysPerRecord;
  private volatile long bytesPerRecord;
  private volatile long keysMark;
  private volatile long bytesMark;
  private volatile long keysRecorded;
  private volatile long bytesRecorded;

  private SubstoreSize(
      KvCapacity capacity, int id, boolean exact, long keysBound, long bytesBound) {
    this.exact = exact;
    this.keysBound = new AtomicLong(keysBound);
    this.bytesBound = new AtomicLong(bytesBound);
    limit(capacity, id);
    this.keysRecorded = keysBound;
    this.bytesRecorded = bytesBound;
  }

  /** Creates the size of a substore whose engine knows it exactly at any time. */
  static SubstoreSize exact(KvCapacity capacity, int id, long keys, long bytes) {
    return new SubstoreSize(capacity, id, true, keys, bytes);
  }

  /** Creates the size of a substore of which only a bound is known, to be recorded now and then. */
  static SubstoreSize bounded(KvCapacity capacity, int id, long keysBound, long bytesBound) {
    return new SubstoreSize(capacity, id, false, keysBound, bytesBound);
  }

  /** Sets how much the substore carries, and has its bounds looked at anew. */
  final void limit(KvCapacity capacity, int id) {
    keysLimit = staggered(capacity.keys(), id);
    bytesLimit = staggered(capacity.bytes(), id);
    keysPerRecord = exact ? NEVER : Math.max(LEAST_KEYS_RECORDED, step(keysLimit));
    bytesPerRecord = exact ? NEVER : Math.max(LEAST_BYTES_RECORDED, step(bytesLimit));
    keysMark = keysLimit;
    bytesMark = bytesLimit;
  }

  /**
   * Staggers a limit over a doubling, so that substores which fill together do not split together:
   * {@code capacity * 2^-frac(id * golden ratio)}.
   */
  static long staggered(long capacity, int id) {
    double turns = id * 0.6180339887498949;
    return Math.max(1, (long) (capacity * Math.pow(2, -(turns - Math.floor(turns)))));
  }

  /** Tells whether the engine knows the size exactly, so that no bounds need be recorded. */
  boolean isExact() {
    return exact;
  }

  /** Counts puts. */
  void add(long keys, long bytes) {
    keysBound.addAndGet(keys);
    bytesBound.addAndGet(bytes);
  }

  boolean isMarkReached() {
    return keysBound.get() >= keysMark || bytesBound.get() >= bytesMark;
  }

  /** Tells whether a store of these sizes has reached a limit. */
  boolean isOverLimit(long keys, long bytes) {
    return keys >= keysLimit || bytes >= bytesLimit;
  }

  /**
   * Corrects the bounds by an exact count.
   *
   * @param keysBefore the bound of keys when the count began: what was put since is added
   * @param bytesBefore the same of bytes
   */
  void correct(long keys, long keysBefore, long bytes, long bytesBefore) {
    keysBound.addAndGet(keys - keysBefore);
    bytesBound.addAndGet(bytes - bytesBefore);
    postpone();
  }

  /** Has the bounds not looked at again before there were more puts. */
  void postpone() {
    keysMark = nextMark(keysBound.get(), keysLimit);
    bytesMark = nextMark(bytesBound.get(), bytesLimit);
  }

  /** Moves the bounds, as keys came or went all at once, and has them looked at again. */
  void move(long keys, long bytes) {
    keysBound.addAndGet(keys);
    bytesBound.addAndGet(bytes);
    keysMark = keysLimit;
    bytesMark = bytesLimit;
  }

  private static long nextMark(long bound, long limit) {
    return Math.max(limit, bound + step(limit));
  }

  private static long step(long limit) {
    return Math.max(1, (long) (limit * MIN_STEP));
  }

  /** Tells whether the bounds on disk are so old that they should be recorded. */
  boolean isRecordDue() {
    return keysBound.get() - keysRecorded >= keysPerRecord
        || bytesBound.get() - bytesRecorded >= bytesPerRecord;
  }

  /** Notes which bounds are recorded. */
  void recorded(long keys, long bytes) {
    keysRecorded = keys;
    bytesRecorded = bytes;
  }

  /** Makes the next put one after which the bounds should be recorded. */
  void recordNextPut() {
    keysRecorded = keysBound.get() - keysPerRecord;
  }

  /**
   * Adds what may have been put since the last record: twice what makes one due, as it takes time.
   */
  void addUnrecorded() {
    keysBound.addAndGet(2 * keysPerRecord);
    bytesBound.addAndGet(2 * bytesPerRecord);
  }

  /** Lowers the bounds to what the engine knows, before anything is put. */
  void limitTo(long keys, long bytes) {
    keysBound.accumulateAndGet(keys, Math::min);
    bytesBound.accumulateAndGet(bytes, Math::min);
  }

  /** Returns how full the substore is at most, where 1 is its limit. */
  double fill() {
    return Math.max((double) keysBound.get() / keysLimit, (double) bytesBound.get() / bytesLimit);
  }

  long keysBound() {
    return keysBound.get();
  }

  long bytesBound() {
    return bytesBound.get();
  }

  long keysLimit() {
    return keysLimit;
  }

  long bytesLimit() {
    return bytesLimit;
  }
}
