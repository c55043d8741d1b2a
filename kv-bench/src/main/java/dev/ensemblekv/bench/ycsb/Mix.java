// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.ycsb;

/** The core workloads of YCSB: what is called, how often of a hundred calls, and of which keys. */
enum Mix {
  /** Session store: as many updates as reads. */
  A(50, 50, 0, 0, Popularity.ZIPFIAN),
  /** Tags of photos: mostly reads. */
  B(95, 5, 0, 0, Popularity.ZIPFIAN),
  /** Profiles that are made elsewhere: reads only. */
  C(100, 0, 0, 0, Popularity.ZIPFIAN),
  /** Status updates: what came last is read most. */
  D(95, 0, 5, 0, Popularity.LATEST),
  /** Threaded conversations: short scans; needs an order of keys. */
  E(0, 0, 5, 95, Popularity.ZIPFIAN),
  /** A user database: values are read, changed and written back. */
  F(50, 0, 0, 0, Popularity.ZIPFIAN),
  /** Overwrites of all keys alike: the space that is superseded is everywhere. Not of YCSB. */
  U(0, 100, 0, 0, Popularity.UNIFORM);

  /** Which keys are asked for. */
  enum Popularity {
    /** Few keys very often, wherever they are. */
    ZIPFIAN,
    /** Those that were inserted last very often. */
    LATEST,
    /** All alike. */
    UNIFORM
  }

  /** What is done with a key. */
  enum Call {
    READ,
    UPDATE,
    INSERT,
    SCAN,
    READ_MODIFY_WRITE
  }

  private final int reads;
  private final int updates;
  private final int inserts;
  private final int scans;
  private final Popularity popularity;

  Mix(int reads, int updates, int inserts, int scans, Popularity popularity) {
    this.reads = reads;
    this.updates = updates;
    this.inserts = inserts;
    this.scans = scans;
    this.popularity = popularity;
  }

  Popularity popularity() {
    return popularity;
  }

  boolean isOrdered() {
    return scans > 0;
  }

  /** Returns the call that a number below 100 stands for; what is left are changes. */
  Call call(int percent) {
    int left = percent - reads;
    if (left < 0) {
      return Call.READ;
    }
    left -= updates;
    if (left < 0) {
      return Call.UPDATE;
    }
    left -= inserts;
    if (left < 0) {
      return Call.INSERT;
    }
    return left < scans ? Call.SCAN : Call.READ_MODIFY_WRITE;
  }
}
