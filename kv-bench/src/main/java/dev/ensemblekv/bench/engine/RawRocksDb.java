// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KvVisitor;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB by rocksdbjni, called directly, with {@link RocksDbSettings}.
 *
 * <p>A write is in the write-ahead log, and handed to the system, at its return: it survives the
 * death of the process. Checksums are verified whenever a block or a blob is read from a file. A
 * get is one {@code RocksDB.get}, a batch one {@code WriteBatch}, a scan one iterator that does not
 * fill the block cache. Nothing guards against a call after close, and nothing is counted.
 */
final class RawRocksDb implements Engine {
  private final RocksDbSettings settings;
  private final RocksDB db;
  private final ReadOptions reading = new ReadOptions().setVerifyChecksums(true);
  private final ReadOptions scanning =
      new ReadOptions().setVerifyChecksums(true).setFillCache(false);
  private final WriteOptions writing;

  private RawRocksDb(Path directory, boolean sync, RocksDbSettings settings) {
    this.settings = settings;
    try {
      this.db = RocksDB.open(settings.options(), directory.toString());
    } catch (RocksDBException e) {
      settings.close();
      throw new IllegalStateException(e);
    }
    this.writing = new WriteOptions().setSync(sync);
  }

  /** Opens one that has its values in the tree. */
  static Engine plain(Path directory, boolean sync) {
    return new RawRocksDb(directory, sync, new RocksDbSettings(false));
  }

  /** Opens one that has its values in blob files. */
  static Engine blobs(Path directory, boolean sync) {
    return new RawRocksDb(directory, sync, new RocksDbSettings(true));
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    try {
      return db.get(reading, key);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void put(byte[] key, byte[] value) {
    try {
      db.put(writing, key, value);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void delete(byte[] key) {
    try {
      db.delete(writing, key);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void putAll(List<byte[]> keys, List<byte[]> values) {
    try (WriteBatch batch = new WriteBatch()) {
      for (int i = 0; i < keys.size(); i++) {
        batch.put(keys.get(i), values.get(i));
      }
      db.write(writing, batch);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void scan(byte[] from, KvVisitor visitor) {
    try (RocksIterator iterator = db.newIterator(scanning)) {
      iterator.seek(from);
      while (iterator.isValid() && visitor.visit(iterator.key(), iterator.value())) {
        iterator.next();
      }
      iterator.status();
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void flush() {
    try {
      db.flushWal(true);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String libraries() {
    return "RocksDB " + RocksDB.rocksdbVersion() + " by rocksdbjni: " + settings;
  }

  @Override
  public void close() {
    try {
      db.closeE();
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    } finally {
      writing.close();
      scanning.close();
      reading.close();
      settings.close();
    }
  }
}
