// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KvOption;

/** The options of the backend {@code leveldb}. */
public final class LevelDbOptions {

  /** How the blocks of tables are compressed. */
  public enum Compression {
    /** By Snappy: some CPU time for files of half the size or less, if the values are text. */
    SNAPPY,
    /** Not at all. */
    NONE
  }

  /**
   * How many bytes of writes are collected in memory before they become a table: 64 KiB to 256 MiB,
   * by default 4 MiB; recorded, and can be changed at each open.
   *
   * <p>Twice of it can be in memory, and as much in logs that are read at the next opening. Large
   * buffers write less in total and open slower after a crash; small ones make many small tables
   * and stalls. It is also the measure of the space that is kept free.
   */
  public static final KvOption<Long> WRITE_BUFFER =
      KvOption.sizeBytes("leveldb.writeBuffer")
          .kind(KvOption.Kind.STICKY)
          .range(64L << 10, 256L << 20)
          .build(4L << 20, "Collect this much in memory before it becomes a table.");

  /**
   * How many bytes of uncompressed blocks are kept in native memory for reads: 64 KiB to 1 TiB, by
   * default 8 MiB, for one opening. Blocks that are not compressed are read from the page cache
   * instead, as most files are mapped.
   */
  public static final KvOption<Long> BLOCK_CACHE =
      KvOption.sizeBytes("leveldb.blockCache")
          .range(64L << 10, 1L << 40)
          .build(8L << 20, "Keep this much of uncompressed blocks in native memory, per store.");

  /**
   * How large a block of a table is before compression: 1 KiB to 4 MiB, by default 4 KiB; recorded,
   * and holds for new tables. A get reads one block per table looked into: large blocks suit scans
   * and compress better, small ones suit gets.
   */
  public static final KvOption<Long> BLOCK_SIZE =
      KvOption.sizeBytes("leveldb.blockSize")
          .kind(KvOption.Kind.STICKY)
          .range(1L << 10, 4L << 20)
          .build(4L << 10, "Size of the blocks of new tables; what a get reads at least.");

  /**
   * How many tables are kept open: 74 to 50,000, by default 1000, for one opening. The first
   * thousand of a process are mapped and need no file handle, all others need one each.
   */
  public static final KvOption<Long> MAX_OPEN_FILES =
      KvOption.number("leveldb.maxOpenFiles")
          .range(74L, 50_000L)
          .build(1000L, "Keep this many tables open; beyond a thousand each takes a file handle.");

  /**
   * How new tables are compressed, by default by Snappy; recorded, and can be changed at each open.
   * A native library that was built without Snappy is refused, not silently put up with.
   */
  public static final KvOption<Compression> COMPRESSION =
      KvOption.choice("leveldb.compression", Compression.class)
          .kind(KvOption.Kind.STICKY)
          .build(Compression.SNAPPY, "How the blocks of new tables are compressed.");

  /**
   * Whether the index of every table is checked when the store is opened; by default it is.
   *
   * <p>LevelDB does not check the checksums of indexes, and bad ones can lead it astray. It costs
   * two small reads per table of 2 MiB.
   */
  public static final KvOption<Boolean> CHECK_TABLES =
      KvOption.flag("leveldb.checkTables")
          .build(true, "Check the index of each table at open, which LevelDB itself does not.");

  private LevelDbOptions() {}
}
