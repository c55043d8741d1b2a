// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/**
 * The greatest sizes that a store takes.
 *
 * @param maxKeyBytes longest key, at least {@link #MIN_MAX_KEY_BYTES}
 * @param maxValueBytes longest value, at least {@link #MIN_MAX_VALUE_BYTES}
 * @param maxBatchBytes greatest sum of the keys and values of one batch, at least one longest pair
 */
public record KvLimits(int maxKeyBytes, int maxValueBytes, long maxBatchBytes) {
  /** Every store takes keys of at least this many bytes. */
  public static final int MIN_MAX_KEY_BYTES = 511;

  /** Every store takes values of at least this many bytes. */
  public static final int MIN_MAX_VALUE_BYTES = 1 << 20;

  /** Checks that the limits are not below what every store must take. */
  public KvLimits {
    if (maxKeyBytes < MIN_MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "maxKeyBytes " + maxKeyBytes + " is below " + MIN_MAX_KEY_BYTES);
    }
    if (maxValueBytes < MIN_MAX_VALUE_BYTES) {
      throw new IllegalArgumentException(
          "maxValueBytes " + maxValueBytes + " is below " + MIN_MAX_VALUE_BYTES);
    }
    if (maxBatchBytes < (long) maxKeyBytes + maxValueBytes) {
      throw new IllegalArgumentException(
          "maxBatchBytes " + maxBatchBytes + " does not hold one longest pair");
    }
  }

  /**
   * Checks a key.
   *
   * @throws NullPointerException if it is null
   * @throws IllegalArgumentException if it is empty or too long
   */
  public void checkKey(byte[] key) {
    if (key.length == 0) {
      throw new IllegalArgumentException("the key is empty; a key has at least 1 byte");
    }
    if (key.length > maxKeyBytes) {
      throw new IllegalArgumentException(
          "the key has " + key.length + " bytes; this store takes at most " + maxKeyBytes);
    }
  }

  /**
   * Checks a value.
   *
   * @throws NullPointerException if it is null
   * @throws IllegalArgumentException if it is too long
   */
  public void checkValue(byte[] value) {
    if (value.length > maxValueBytes) {
      throw new IllegalArgumentException(
          "the value has " + value.length + " bytes; this store takes at most " + maxValueBytes);
    }
  }

  /**
   * Checks a batch and everything in it.
   *
   * @throws NullPointerException if it is null
   * @throws IllegalArgumentException if it, or a key or value in it, is too long
   */
  public void checkBatch(KvBatch batch) {
    if (batch.bytes() > maxBatchBytes) {
      throw new IllegalArgumentException(
          "the batch has " + batch.bytes() + " bytes; this store takes at most " + maxBatchBytes);
    }
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            checkKey(key);
            checkValue(value);
          }

          @Override
          public void delete(byte[] key) {
            checkKey(key);
          }
        });
  }
}
