// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.bench.Machine;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompactionPriority;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/**
 * How a RocksDB is set: as its wiki recommends for reads and writes of single keys, under "Setup
 * Options and Basic Tuning", "RocksDB Tuning Guide" and "BlobDB".
 *
 * <ul>
 *   <li>background threads: one to a processor ({@code IncreaseParallelism})
 *   <li>memtables, levels and files: {@code OptimizeLevelStyleCompaction}, which is made for random
 *       writes, with its default of 512 MiB for memtables; levels have dynamic sizes
 *   <li>files are written out every MiB ({@code bytes_per_sync}); compaction prefers what overlaps
 *       least
 *   <li>what {@code OptimizeForPointLookup} sets: bloom filter of 10 bits a key, hash index in
 *       blocks, filter on memtables; blocks have the default of 4 KiB, as smaller blocks suit such
 *       reads
 *   <li>block cache: a third of the memory of the machine or its container; indexes and filters are
 *       in it, those of level 0 pinned
 *   <li>no compression, as no value can be compressed
 *   <li>with blobs: every value is in a blob file, and garbage in these is collected, by the
 *       defaults
 * </ul>
 */
final class RocksDbSettings implements AutoCloseable {
  private static final double BLOOM_BITS = 10;
  private static final double HASH_RATIO = 0.75;
  private static final double MEMTABLE_FILTER_RATIO = 0.02;
  private static final long SYNC_BYTES = 1L << 20;

  static {
    RocksDB.loadLibrary();
  }

  private final boolean blobs;
  private final int threads = Runtime.getRuntime().availableProcessors();
  private final long cacheBytes = Machine.memoryBytes() / 3;
  private final BloomFilter filter = new BloomFilter(BLOOM_BITS);
  private final Cache cache = new LRUCache(cacheBytes);
  private final Options options;

  RocksDbSettings(boolean blobs) {
    this.blobs = blobs;
    this.options =
        new Options()
            .setCreateIfMissing(true)
            .setIncreaseParallelism(threads)
            .optimizeLevelStyleCompaction()
            .setLevelCompactionDynamicLevelBytes(true)
            .setCompactionPriority(CompactionPriority.MinOverlappingRatio)
            .setBytesPerSync(SYNC_BYTES)
            .setCompressionPerLevel(List.of()) // else the one below counts for no level
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setMemtablePrefixBloomSizeRatio(MEMTABLE_FILTER_RATIO)
            .setMemtableWholeKeyFiltering(true)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setFilterPolicy(filter)
                    .setBlockCache(cache)
                    .setCacheIndexAndFilterBlocks(true)
                    .setPinL0FilterAndIndexBlocksInCache(true)
                    .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
                    .setDataBlockHashTableUtilRatio(HASH_RATIO))
            .setEnableBlobFiles(blobs)
            .setEnableBlobGarbageCollection(blobs);
  }

  Options options() {
    return options;
  }

  @Override
  public String toString() {
    return "bloom filter 10 bits, block cache "
        + (cacheBytes >> 20)
        + " MiB, memtables 512 MiB, "
        + threads
        + " background threads, no compression"
        + (blobs ? ", every value in a blob file" : "")
        + "; after https://github.com/facebook/rocksdb/wiki/"
        + (blobs ? "BlobDB" : "Setup-Options-and-Basic-Tuning");
  }

  @Override
  public void close() {
    options.close();
    cache.close();
    filter.close();
  }
}
