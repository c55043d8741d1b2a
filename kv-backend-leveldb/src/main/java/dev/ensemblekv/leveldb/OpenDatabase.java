// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

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

  private final NativeDB engine;
  private final NativeCache cache;

  private final Buffers buffers;

  private OpenDatabase(NativeDB engine, NativeCache cache, Buffers buffers) {
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
              .maxOpenFiles(context.option(LevelDbOptions.MAX_OPEN_FILES).intValue())
              .compression(compression)
              .cache(cache);
      return new OpenDatabase(open(options, directory), cache, buffers);
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

  @Override
  public void close() {
    engine.delete();
    cache.delete();
    buffers.close();
  }
}
