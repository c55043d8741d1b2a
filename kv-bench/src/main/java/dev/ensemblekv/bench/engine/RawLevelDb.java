// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvVisitor;
import dev.ensemblekv.bench.Libraries;
import dev.ensemblekv.leveldb.LevelDbOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fusesource.leveldbjni.JniDBFactory;
import org.iq80.leveldb.CompressionType;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.DBIterator;
import org.iq80.leveldb.Options;
import org.iq80.leveldb.ReadOptions;
import org.iq80.leveldb.WriteBatch;
import org.iq80.leveldb.WriteOptions;
import org.jspecify.annotations.Nullable;

/**
 * LevelDB by leveldbjni, called directly.
 *
 * <p>Its settings are those that the backend {@code leveldb} has by default: checksums are verified
 * by every read, buffers, blocks and cache have the same sizes, scans do not fill the cache. A get
 * is one {@code DB.get}, a batch one {@code WriteBatch}, a scan one iterator. Nothing guards
 * against a call after close, and nothing is counted.
 */
final class RawLevelDb implements Engine {
  private final DB db;
  private final ReadOptions reading = new ReadOptions().verifyChecksums(true);
  private final ReadOptions scanning = new ReadOptions().verifyChecksums(true).fillCache(false);
  private final WriteOptions writing;

  RawLevelDb(Path directory, boolean sync) {
    Options options =
        new Options()
            .createIfMissing(true)
            .paranoidChecks(true)
            .writeBufferSize(defaultOf(LevelDbOptions.WRITE_BUFFER))
            .blockSize(defaultOf(LevelDbOptions.BLOCK_SIZE))
            .cacheSize(defaultOf(LevelDbOptions.BLOCK_CACHE))
            .maxOpenFiles(defaultOf(LevelDbOptions.MAX_OPEN_FILES))
            .compressionType(CompressionType.SNAPPY);
    try {
      this.db = JniDBFactory.factory.open(directory.toFile(), options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.writing = new WriteOptions().sync(sync);
  }

  private static int defaultOf(KvOption<Long> option) {
    return Math.toIntExact(option.defaultValue());
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return db.get(key, reading);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    db.put(key, value, writing);
  }

  @Override
  public void delete(byte[] key) {
    db.delete(key, writing);
  }

  @Override
  public void putAll(List<byte[]> keys, List<byte[]> values) {
    try (WriteBatch batch = db.createWriteBatch()) {
      for (int i = 0; i < keys.size(); i++) {
        batch.put(keys.get(i), values.get(i));
      }
      db.write(batch, writing);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void scan(byte[] from, KvVisitor visitor) {
    try (DBIterator iterator = db.iterator(scanning)) {
      iterator.seek(from);
      while (iterator.hasNext()) {
        Map.Entry<byte[], byte[]> pair = iterator.next();
        if (!visitor.visit(pair.getKey(), pair.getValue())) {
          return;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes an empty batch with sync, which makes all before it in the log durable. */
  @Override
  public void flush() {
    try (WriteBatch nothing = db.createWriteBatch()) {
      db.write(nothing, new WriteOptions().sync(true));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String libraries() {
    return "leveldbjni "
        + Libraries.version("io.github.tronprotocol", "leveldbjni-all")
        + ": checksums verified, write buffer "
        + LevelDbOptions.WRITE_BUFFER.defaultValue()
        + " bytes, block cache "
        + LevelDbOptions.BLOCK_CACHE.defaultValue()
        + " bytes, Snappy; as our backend sets them,"
        + " after https://github.com/google/leveldb/blob/main/doc/index.md";
  }

  @Override
  public void close() {
    try {
      db.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
