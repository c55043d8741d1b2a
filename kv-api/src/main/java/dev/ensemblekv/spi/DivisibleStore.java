// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import java.nio.file.Path;

/**
 * A raw store that can be divided in two without copying what is in it, as its files can have names
 * in two stores. A raw store gives it by {@link dev.ensemblekv.api.KvStore#unwrap}.
 *
 * <p>A division has two steps: {@link #copyTo}, and, once nobody asks this store for the keys of
 * the other, {@link #retain}. The store is used as before meanwhile; what is written to the slice
 * since the first step began, the caller writes to the other store too. What is left of the other's
 * keys in the files is dropped by the engine in the background. Thread-safe, but one division at a
 * time.
 */
public interface DivisibleStore {

  /**
   * Tells whether the store knows its keys by XXH3 with this seed, so that it can tell slices of it
   * apart; see {@link KvOpenContext#hashSeed}.
   */
  boolean isHashedWith(long seed);

  /** Tells whether so little is left of the last division that there may be another one. */
  boolean isDivisible();

  /** Begins to count the live keys of a slice and of its complement, without reading values. */
  Count count(HashSlice slice);

  /**
   * Makes the files of a second store, which holds of the keys of a slice all that was written
   * before the call, and perhaps some of what is written meanwhile. It is durable when this
   * returns, the directory's own entries aside.
   *
   * @param directory an empty directory on the same file system
   * @param branch tells the second store from all other copies of the same origin; over 0
   */
  void copyTo(Path directory, int branch, HashSlice slice);

  /**
   * Forgets all keys that are not in a slice, as a copy has them. Durable when it returns. They are
   * neither read nor written any more.
   */
  void retain(HashSlice slice);

  /** Does beforehand what the first write of a store that was just opened would wait for. */
  void prepareWrites();

  /** A count that is under way. For one thread at a time. */
  interface Count {
    /** Counts some more; returns whether that was not all. */
    boolean next();

    /** Returns how far it has come, from 0 to 1. */
    double progress();

    /** Returns what was counted so far. */
    Halves counted();
  }

  /**
   * The live keys of a store, in two.
   *
   * @param keys how many are in the slice
   * @param bytes how many bytes they and their values have at most
   * @param otherKeys how many are not in the slice
   * @param otherBytes how many bytes these and their values have at most
   */
  record Halves(long keys, long bytes, long otherKeys, long otherBytes) {
    /** Returns the number of all keys. */
    public long allKeys() {
      return keys + otherKeys;
    }

    /** Returns how many bytes all keys and values have at most. */
    public long allBytes() {
      return bytes + otherBytes;
    }
  }
}
