// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KvVisitor;
import dev.ensemblekv.bench.Libraries;
import java.nio.file.Path;
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
final class RawMapDb extends MapEngine {
  private static final int SEGMENTS = 16;
  private static final int NODE_SLOTS = 32;
  private static final int LEVELS = 4;

  private final DB db;
  private final HTreeMap<byte[], byte[]> map;

  RawMapDb(Path directory, boolean sync) {
    super(sync);
    this.db =
        DBMaker.fileDB(directory.resolve("mapdb").toFile())
            .fileMmapEnable()
            .fileMmapPreclearDisable()
            .make();
    this.map =
        db.hashMap("pairs", Serializer.BYTE_ARRAY, Serializer.BYTE_ARRAY)
            .layout(SEGMENTS, NODE_SLOTS, LEVELS)
            .createOrOpen();
  }

  @Override
  HTreeMap<byte[], byte[]> map() {
    return map;
  }

  @Override
  byte[] own(byte[] array) {
    return array; // serialized at once
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
        + ": HTreeMap in a mapped file that is not cleared before, for speed as its documentation"
        + " recommends, https://jankotek.gitbooks.io/mapdb/; not crash-safe";
  }

  @Override
  public void close() {
    db.close();
  }
}
