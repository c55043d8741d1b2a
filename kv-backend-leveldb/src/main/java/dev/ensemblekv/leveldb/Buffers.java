// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.spi.KvBudget;
import dev.ensemblekv.spi.KvOpenContext;

/**
 * The memory of an open database: what the options say, or less where the budget that it shares
 * with others has less. LevelDB cannot change it while it is open.
 */
final class Buffers implements AutoCloseable {
  /** One write buffer is filled while the other becomes a table. */
  private static final int WRITE_BUFFERS = 2;

  /** Smaller ones make many small tables, and stalls. */
  private static final long LEAST_WRITE_BUFFER_BYTES = 256 << 10;

  private static final long LEAST_BLOCK_CACHE_BYTES = 64 << 10;

  private final KvBudget.Share share;
  private final long writeBufferBytes;
  private final long blockCacheBytes;

  private Buffers(KvBudget.Share share, long writeBufferBytes, long blockCacheBytes) {
    this.share = share;
    this.writeBufferBytes = writeBufferBytes;
    this.blockCacheBytes = blockCacheBytes;
  }

  static Buffers of(KvOpenContext context) {
    long writeBuffer = context.option(LevelDbOptions.WRITE_BUFFER);
    long blockCache = context.option(LevelDbOptions.BLOCK_CACHE);
    long leastWriteBuffer = Math.min(writeBuffer, LEAST_WRITE_BUFFER_BYTES);
    long least = WRITE_BUFFERS * leastWriteBuffer + LEAST_BLOCK_CACHE_BYTES;
    long wanted = WRITE_BUFFERS * writeBuffer + blockCache;
    KvBudget.Share share = context.budget().join(new Fixed());
    double part = (double) share.reserve(wanted, least) / wanted;
    return new Buffers(
        share,
        Math.max(leastWriteBuffer, (long) (writeBuffer * part)),
        Math.max(LEAST_BLOCK_CACHE_BYTES, (long) (blockCache * part)));
  }

  long writeBufferBytes() {
    return writeBufferBytes;
  }

  long blockCacheBytes() {
    return blockCacheBytes;
  }

  /** Returns how much of what was written is in logs at most, before it is in tables. */
  long loggedBytes() {
    return WRITE_BUFFERS * writeBufferBytes;
  }

  /** Adds what LevelDB takes in native memory. */
  void addTo(KvStats.Builder stats) {
    stats.metric(
        KvMetric.upperBound(
            "blockCache" + KvMetric.MEMORY_BYTES,
            blockCacheBytes,
            Unit.BYTES,
            "Bytes of the cache of uncompressed blocks when it is full."));
    stats.metric(
        KvMetric.upperBound(
            "writeBuffers" + KvMetric.MEMORY_BYTES,
            WRITE_BUFFERS * writeBufferBytes,
            Unit.BYTES,
            "Bytes of the write buffers when they are full."));
  }

  @Override
  public void close() {
    share.close();
  }

  /** A store that has what it reserved. */
  private static final class Fixed implements KvBudget.Member {
    @Override
    public long memoryBytes() {
      return 0;
    }

    @Override
    public void giveMemoryBack() {}

    @Override
    public boolean isGivingBack() {
      return false;
    }

    @Override
    public void mayBegin() {}
  }
}
