// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KvVisitor;
import java.nio.file.Path;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;

/**
 * A map of MVStore, the storage engine of H2, called directly.
 *
 * <p>Its documentation leaves all settings as they are, but for the cache: that is as large as the
 * documentation of H2 has it, 64 MB for each GB of memory that Java may have. As a map keeps the
 * arrays that it is given, they are copied here on the way in and out.
 *
 * <p><b>A crash may take the last second.</b> Writes are in memory until a thread in the background
 * has written them, after a second or when they are many; a process that is killed loses them. With
 * {@code sync} each write is committed and forced.
 */
final class RawMvStore extends MapEngine {
  private static final long CACHE_SHARE = 16;
  private static final long MEGABYTE = 1 << 20;

  private final MVStore store;
  private final MVMap<byte[], byte[]> map;
  private final int cacheMegabytes =
      Math.max(1, (int) (Runtime.getRuntime().maxMemory() / CACHE_SHARE / MEGABYTE));

  RawMvStore(Path directory, boolean sync) {
    super(sync);
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
  }

  @Override
  MVMap<byte[], byte[]> map() {
    return map;
  }

  @Override
  byte[] own(byte[] array) {
    return array.clone();
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
        + " MB, a crash may take the last second; else the defaults of"
        + " https://www.h2database.com/html/mvstore.html";
  }

  @Override
  public void close() {
    store.close();
  }
}
