// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvOption;

/** The options of the backend {@code extent}. */
public final class ExtentOptions {
  /**
   * How great segment files become: 4 KiB to 1 GiB, by default 256 MiB; recorded, and can be
   * changed at each open.
   *
   * <p>A small store has smaller ones. Great ones mean few files; the space of a segment is given
   * back as a whole, when what lives in it has been moved.
   */
  public static final KvOption<Long> SEGMENT_SIZE =
      KvOption.sizeBytes("extent.segmentSize")
          .kind(KvOption.Kind.STICKY)
          .range(4L << 10, 1L << 30)
          .build(256L << 20, "Greatest size of a segment file.");

  /**
   * How many keys the newest part of the index holds in memory before it is written to disk: 16 to
   * 10 million, by default 350,000, which take 12 MiB; for one opening only.
   *
   * <p>Up to three such parts are in memory at a time. More keys mean fewer and greater runs on
   * disk, and more memory.
   */
  public static final KvOption<Long> MEMTABLE_KEYS =
      KvOption.number("extent.memtableKeys")
          .range(16L, 10_000_000L)
          .build(350_000L, "Write the newest part of the index to disk at so many keys.");

  /**
   * How much of the log a crash leaves to be read at the next opening: 4 KiB to 64 GiB, by default
   * 256 MiB; for one opening only.
   */
  public static final KvOption<Long> REPLAY_SIZE =
      KvOption.sizeBytes("extent.replaySize")
          .range(4L << 10, 64L << 30)
          .build(256L << 20, "Write the index to disk when so much of the log is not in it.");

  /**
   * How much space the files may take for each hundred bytes of live keys and values: 110 to 1000,
   * by default 150; recorded, and can be changed at each open.
   *
   * <p>Less saves disk and makes compaction move more. Records of which less than a sixth is dead
   * are not moved for it: small values take more, as 24 to 31 bytes are stored with each record,
   * and 28 in the index.
   */
  public static final KvOption<Long> SPACE_PERCENT =
      KvOption.number("extent.spacePercent")
          .kind(KvOption.Kind.STICKY)
          .range(110L, 1000L)
          .build(150L, "Compact when files take this percentage of live keys and values.");

  /**
   * How fast compaction moves records: 64 KiB to 64 GiB a second, by default 1 GiB; for one opening
   * only.
   */
  public static final KvOption<Long> COMPACTION_RATE =
      KvOption.sizeBytes("extent.compactionRate")
          .range(64L << 10, 64L << 30)
          .build(1L << 30, "Compaction moves so many bytes a second at most.");

  /** How files are read. */
  public enum Access {
    /**
     * By mappings, as long as all stores of this process together have no more than half of the
     * memory of the machine, or of the container.
     */
    AUTO,
    /** By mappings into memory: fastest as long as the store fits. */
    MAPPED,
    /**
     * By calls: a cold read reads what it needs, and no page around it. Only the filters of the
     * index are mapped.
     */
    POSITIONED
  }

  /** How files are read and written; by default as the memory of the machine suggests. */
  public static final KvOption<Access> ACCESS =
      KvOption.choice("extent.access", Access.class)
          .build(
              Access.AUTO,
              "Read files by mappings, by positioned calls, or as the memory suggests.");

  private ExtentOptions() {}
}
