// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.spi.KvOpenContext;
import java.io.IOException;
import java.nio.file.Path;
import org.fusesource.leveldbjni.internal.NativeCache;
import org.fusesource.leveldbjni.internal.NativeCompressionType;
import org.fusesource.leveldbjni.internal.NativeDB;
import org.fusesource.leveldbjni.internal.NativeOptions;
import org.fusesource.leveldbjni.internal.NativeRange;
import org.fusesource.leveldbjni.internal.NativeReadOptions;
import org.fusesource.leveldbjni.internal.NativeWriteOptions;

/**
 * A database that LevelDB has open, and the native objects that live as long.
 *
 * <p>The classes below {@code internal} of leveldbjni are used rather than those of the interface
 * that it shares with the engine in Java: its iterators hide errors and read each value twice.
 */
final class OpenDatabase implements AutoCloseable {
  static final NativeReadOptions READ = new NativeReadOptions().verifyChecksums(true);
  static final NativeReadOptions SCAN =
      new NativeReadOptions().verifyChecksums(true).fillCache(false);
  static final NativeWriteOptions SYNC = new NativeWriteOptions().sync(true);
  static final NativeWriteOptions NO_SYNC = new NativeWriteOptions();

  /** The log, the manifest, the lock, and the notes that LevelDB takes. */
  private static final int OTHER_FILES = 4;

  private final NativeDB engine;
  private final NativeCache cache;

  private final Buffers buffers;
  private final long maxOpenFiles;

  private OpenDatabase(NativeDB engine, NativeCache cache, Buffers buffers, long maxOpenFiles) {
    this.maxOpenFiles = maxOpenFiles;
    this.engine = engine;
    this.cache = cache;
    this.buffers = buffers;
  }

  /**
   * Opens or creates a database.
   *
   * @param at the directory with its files, which may be a stand-in for that of the store
   * @throws UnsupportedOperationException if the disk is not the machine's
   */
  static OpenDatabase open(KvOpenContext context, Path at) {
    Path directory = context.disk().nativePath(at);
    NativeCompressionType compression =
        context.option(LevelDbOptions.COMPRESSION) == LevelDbOptions.Compression.SNAPPY
            ? NativeCompressionType.kSnappyCompression
            : NativeCompressionType.kNoCompression;
    long maxOpenFiles = context.option(LevelDbOptions.MAX_OPEN_FILES);
    Buffers buffers = Buffers.of(context);
    NativeCache cache = new NativeCache(buffers.blockCacheBytes());
    try {
      NativeOptions options =
          new NativeOptions()
              .createIfMissing(context.isNew())
              .errorIfExists(context.isNew())
              .paranoidChecks(true)
              .writeBufferSize(buffers.writeBufferBytes())
              .blockSize(context.option(LevelDbOptions.BLOCK_SIZE))
              .maxOpenFiles(Math.toIntExact(maxOpenFiles))
              .compression(compression)
              .cache(cache);
      return new OpenDatabase(open(options, directory), cache, buffers, maxOpenFiles);
    } catch (IOException e) {
      cache.delete();
      buffers.close();
      throw Failures.of(e, context.directory());
    } catch (RuntimeException | Error e) {
      cache.delete();
      buffers.close();
      throw e;
    }
  }

  /** Opens a database, of which the caller handles everything else. */
  static NativeDB open(NativeOptions options, Path directory) throws IOException {
    return NativeDB.open(options, directory.toFile());
  }

  NativeDB engine() {
    return engine;
  }

  /** Returns about how many bytes of tables lie between two keys. */
  long bytesBetween(byte[] from, byte[] to) {
    return engine.getApproximateSizes(new NativeRange(from, to))[0];
  }

  /**
   * Adds what it takes of the machine.
   *
   * @param writtenBytes what was written to logs
   */
  void addTo(KvStats.Builder stats, LevelFigures levels, long writtenBytes) {
    buffers.addTo(stats);
    stats.metric(
        KvMetric.estimate(
            KvMetric.DISK_BYTES,
            (double) levels.maxTableBytes() + Math.min(writtenBytes, buffers.loggedBytes()),
            Unit.BYTES,
            "Bytes of tables and logs, to a MiB a level and to the size of the write buffers."));
    stats.metric(
        new KvMetric(
            KvMetric.DISK_WRITTEN_BYTES,
            (double) levels.writtenBytes() + writtenBytes,
            Unit.BYTES,
            KvMetric.Kind.COUNTER,
            KvMetric.Precision.ESTIMATE,
            "Bytes written to logs and, to half a MiB a level, to tables."));
    stats.metric(
        KvMetric.upperBound(
            KvMetric.OPEN_FILES,
            Math.min(levels.tables(), maxOpenFiles) + OTHER_FILES,
            Unit.COUNT,
            "Files that are open: tables as they are used, and the log, manifest, lock and notes."));
  }

  @Override
  public void close() {
    engine.delete();
    cache.delete();
    buffers.close();
  }
}
