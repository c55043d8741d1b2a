// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KvVisitor;
import dev.ensemblekv.bench.Libraries;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

/**
 * A hash map of MapDB in a mapped file, called directly.
 *
 * <p>As its documentation recommends for speed and for random keys: {@code HTreeMap}, with a layout
 * of more slots than any benchmark has keys, as it never grows; mapped files; no clearing of the
 * file before it is written.
 *
 * <p><b>It is not crash-safe.</b> There is no log of writes: MapDB refuses to open a file that was
 * not closed, and neither verifies checksums nor has them. With {@code transactionEnable} it would
 * have a log, but then a write is in it only after a commit, and each commit waits for the medium.
 * A batch is one {@code putAll}, which is not atomic. There is no order of keys.
 */
final class RawMapDb implements Engine {
  private static final int SEGMENTS = 16;
  private static final int NODE_SLOTS = 32;
  private static final int LEVELS = 4;

  private final DB db;
  private final HTreeMap<byte[], byte[]> map;
  private final boolean sync;

  RawMapDb(Path directory, boolean sync) {
    this.db =
        DBMaker.fileDB(directory.resolve("mapdb").toFile())
            .fileMmapEnable()
            .fileMmapPreclearDisable()
            .make();
    this.map =
        db.hashMap("pairs", Serializer.BYTE_ARRAY, Serializer.BYTE_ARRAY)
            .layout(SEGMENTS, NODE_SLOTS, LEVELS)
            .createOrOpen();
    this.sync = sync;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return map.get(key);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    map.put(key, value);
    flushIfSync();
  }

  @Override
  public void delete(byte[] key) {
    map.remove(key);
    flushIfSync();
  }

  @Override
  public void putAll(List<byte[]> keys, List<byte[]> values) {
    for (int i = 0; i < keys.size(); i++) {
      map.put(keys.get(i), values.get(i));
    }
    flushIfSync();
  }

  private void flushIfSync() {
    if (sync) {
      flush();
    }
  }

  @Override
  public void scan(byte[] from, KvVisitor visitor) {
    throw new UnsupportedOperationException("a hash map of MapDB has no order");
  }

  /** Forces the mapped file. */
  @Override
  public void flush() {
    db.commit();
  }

  @Override
  public String libraries() {
    return "MapDB "
        + Libraries.version("org.mapdb", "mapdb")
        + ": HTreeMap in a mapped file, not crash-safe";
  }

  @Override
  public void close() {
    db.close();
  }
}
