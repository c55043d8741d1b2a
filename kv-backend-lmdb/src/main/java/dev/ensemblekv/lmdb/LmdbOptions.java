// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvOption;
import java.time.Duration;

/** The options of the backend {@code lmdb}. */
public final class LmdbOptions {

  /** What a commit waits for, and so what a loss of power takes away. */
  public enum Sync {
    /** Each write is on the medium at its return. */
    SYNC,
    /**
     * The pages of a write are on the medium at its return, the root that shows them a little
     * later: a loss of power takes away the last commit, now and then, and nothing else.
     */
    NOMETASYNC,
    /**
     * Nothing is waited for but by {@code flush} and {@code close}: a loss of power before them can
     * destroy the whole store. The death of the process takes away nothing.
     */
    NOSYNC
  }

  /**
   * How much address space is reserved for the data file at opening: 1 MiB to 16 TiB, by default 64
   * GiB; for one opening.
   *
   * <p>It costs neither memory nor disk. At least twice the length of the file is reserved, and
   * where the machine refuses, half of it, and again. When it is full it is doubled, for which all
   * readers have to leave for a moment: see {@link #GROWTH_WAIT}. Too little makes this happen
   * often; a lot in each of very many stores uses up the 128 TiB that a process has.
   */
  public static final KvOption<Long> RESERVE =
      KvOption.sizeBytes("lmdb.reserve")
          .range(1L << 20, 16L << 40)
          .build(
              64L << 30, "Address space reserved for the data file; costs no memory and no disk.");

  /**
   * How long a write waits for readers to leave when the reserved address space must grow: 0 to 1
   * h, by default 10 s; for one opening.
   *
   * <p>When the time is over the write is refused as by a full disk, and has changed nothing. Long
   * times hold up writers, and those who begin to read meanwhile; short ones let writes fail beside
   * long scans.
   */
  public static final KvOption<Duration> GROWTH_WAIT =
      KvOption.duration("lmdb.growthWait")
          .range(Duration.ZERO, Duration.ofHours(1))
          .build(
              Duration.ofSeconds(10),
              "Longest wait for open scans when the reserved address space must grow.");

  /** What a commit waits for, by default everything; for one opening. */
  public static final KvOption<Sync> DURABILITY =
      KvOption.choice("lmdb.durability", Sync.class)
          .build(
              Sync.SYNC,
              "What a commit waits for: all, all but the root page, or nothing; nosync can lose the"
                  + " whole store with the power.");

  /**
   * Whether each value is stored behind a checksum of it and its key, and checked when it is read;
   * by default not; fixed at creation.
   *
   * <p>It costs 4 bytes of a value and a pass over each value written or read.
   */
  public static final KvOption<Boolean> CHECKSUM =
      KvOption.flag("lmdb.checksum")
          .kind(KvOption.Kind.FORMAT)
          .build(false, "Store a checksum with each value, and check it at each read.");

  /**
   * Whether {@code read} hands the mapped memory itself to the reader instead of a copy; by default
   * not; for one opening.
   *
   * <p>The reader then holds a snapshot, as an open scan does. Without effect on values with
   * checksums, which are copied to be checked.
   */
  public static final KvOption<Boolean> ZERO_COPY =
      KvOption.flag("lmdb.zeroCopy")
          .build(false, "Let read() show the mapped memory itself instead of a copy.");

  /**
   * The name of the database inside the environment that the pairs are in; by default the unnamed
   * one; fixed at creation. For environments that others made.
   */
  public static final KvOption<String> DATABASE =
      KvOption.text("lmdb.database")
          .kind(KvOption.Kind.FORMAT)
          .build("", "Name of the database inside the LMDB environment; empty: the unnamed one.");

  private LmdbOptions() {}
}
