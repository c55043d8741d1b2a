// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/**
 * Something that not every store can do or promise.
 *
 * <p>An {@link Kind#OPERATION} that is not declared throws {@link UnsupportedOperationException},
 * never a silent substitute. A {@link Kind#GUARANTEE} that is not declared is not promised.
 */
public enum KvFeature {
  /** {@link KvStore#scan} goes through keys in unsigned lexicographic order, both ways. */
  ORDERED(Kind.OPERATION),
  /** {@link KvStore#compareAndSet} works. */
  COMPARE_AND_SET(Kind.OPERATION),
  /** {@link KvStore#compact} works. */
  COMPACT(Kind.OPERATION),
  /** {@link KvStore#checkpoint} works. */
  CHECKPOINT(Kind.OPERATION),
  /** {@link Durability#SYNC} and the option {@code sync} work. */
  SYNC_WRITES(Kind.OPERATION),

  /** What was flushed is there after reopening, and after a loss of power. */
  PERSISTENT(Kind.GUARANTEE),
  /** A directory is open at most once, in this process or any other. */
  EXCLUSIVE(Kind.GUARANTEE),
  /** Calls on one key take effect one after another, each between its call and its return. */
  LINEARIZABLE(Kind.GUARANTEE),
  /** After a crash a batch is there whole or not at all. */
  ATOMIC_BATCH(Kind.GUARANTEE),
  /** No reader sees part of a batch. */
  ISOLATED_BATCH(Kind.GUARANTEE),
  /** A scan shows the store as it was at one point in time. */
  SNAPSHOT(Kind.GUARANTEE),
  /** A completed write survives the sudden death of the process. */
  SURVIVES_PROCESS_CRASH(Kind.GUARANTEE),
  /** A value damaged on disk is found out when it is read. */
  CHECKSUMMED_VALUES(Kind.GUARANTEE),
  /** Any damage on disk is found out: of values, keys and the engine's own structures. */
  CHECKSUMMED_ALL(Kind.GUARANTEE),
  /** {@link KvStore#size()} takes the same short time whatever the number of keys. */
  CONSTANT_TIME_SIZE(Kind.GUARANTEE);

  /** The two ways in which a feature can be missing. */
  public enum Kind {
    /** Missing: the method throws. */
    OPERATION,
    /** Missing: not promised. */
    GUARANTEE
  }

  private final Kind kind;

  KvFeature(Kind kind) {
    this.kind = kind;
  }

  /** Tells what it means if this feature is missing. */
  public Kind kind() {
    return kind;
  }

  /** Returns the exception for a call that needs this feature on a store that lacks it. */
  public UnsupportedOperationException unsupported(String operation) {
    return new UnsupportedOperationException(
        operation
            + " needs the feature "
            + name()
            + ", which this store does not declare; see features(), and KvOptions.require("
            + name()
            + ") to find out at open");
  }
}
