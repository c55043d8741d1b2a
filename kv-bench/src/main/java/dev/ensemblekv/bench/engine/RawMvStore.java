// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KvVisitor;
import java.nio.file.Path;
import java.util.List;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;

/**
 * A map of MVStore, the storage engine of H2, called directly.
 *
 * <p>Its documentation leaves all settings as they are, but for the cache: that is as large as the
 * documentation of H2 has it, 64 MB for each GB of memory that Java may have. As a map keeps the
 * arrays that it is given, they are copied here on the way in and out.
 *
 * <p><b>A crash may take the last second.</b> Writes are in memory until a thread in the background
 * has written them, after a second or when they are many; a process that is killed loses them. With
 * {@code sync} each write is committed and forced. A batch is one {@code put} after the other,
 * which is not atomic.
 */
final class RawMvStore implements Engine {
  private static final long CACHE_SHARE = 16;
  private static final long MEGABYTE = 1 << 20;

  private final MVStore store;
  private final MVMap<byte[], byte[]> map;
  private final boolean sync;
  private final int cacheMegabytes =
      Math.max(1, (int) (Runtime.getRuntime().maxMemory() / CACHE_SHARE / MEGABYTE));

  RawMvStore(Path directory, boolean sync) {
    this.store =
        new MVStore.Builder()
            .fileName(directory.resolve("mvstore").toString())
            .cacheSize(cacheMegabytes)
            .open();
    this.map =
        store.openMap(
            "pairs",
            new MVMap.Builder<byte[], byte[]>()
                .keyType(ByteArrayDataType.INSTANCE)
                .valueType(ByteArrayDataType.INSTANCE));
    this.sync = sync;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    byte[] value = map.get(key);
    return value == null ? null : value.clone();
  }

  @Override
  public void put(byte[] key, byte[] value) {
    map.put(key.clone(), value.clone());
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
      map.put(keys.get(i).clone(), values.get(i).clone());
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
    Cursor<byte[], byte[]> cursor = map.cursor(from);
    while (cursor.hasNext()) {
      byte[] key = cursor.next().clone();
      if (!visitor.visit(key, cursor.getValue().clone())) {
        return;
      }
    }
  }

  /** Commits and forces the file. */
  @Override
  public void flush() {
    store.commit();
    store.sync();
  }

  @Override
  public String libraries() {
    return "MVStore "
        + MVStore.class.getPackage().getImplementationVersion()
        + ": cache "
        + cacheMegabytes
        + " MB, a crash may take the last second";
  }

  @Override
  public void close() {
    store.close();
  }
}
