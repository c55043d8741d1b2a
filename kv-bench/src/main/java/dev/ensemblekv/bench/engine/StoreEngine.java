// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.KvVisitor;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.spi.AbstractKvStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store of ours, opened as its users open it. */
final class StoreEngine implements Engine {
  private final Path directory;
  private final KvStore opened;
  private final KvStore called;

  private StoreEngine(Path directory, KvStore opened, KvStore called) {
    this.directory = directory;
    this.opened = opened;
    this.called = called;
  }

  /**
   * Opens a store.
   *
   * @param bare whether to call the backend's own store, below guard and counters
   */
  static Engine open(
      String spec, Map<String, String> options, Path directory, boolean sync, boolean bare) {
    KvOptions.Builder builder = KvOptions.builder();
    builder.set(KvOptions.SYNC, sync);
    if (spec.endsWith("lmdb")) {
      // All others wait for nothing unless told to.
      builder.set("lmdb.durability", sync ? "sync" : "nosync");
    }
    options.forEach(builder::set);
    KvStore store = KvStores.open(spec, directory, builder.build());
    return new StoreEngine(
        directory, store, bare ? store.unwrap(AbstractKvStore.class).orElseThrow() : store);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return called.get(key);
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    return called.read(key, reader);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    called.put(key, value);
  }

  @Override
  public void delete(byte[] key) {
    called.delete(key);
  }

  @Override
  public void putAll(List<byte[]> keys, List<byte[]> values) {
    KvBatch batch = new KvBatch();
    for (int i = 0; i < keys.size(); i++) {
      batch.put(keys.get(i), values.get(i));
    }
    called.write(batch);
  }

  @Override
  public void scan(byte[] from, KvVisitor visitor) {
    try (KvCursor cursor = called.scan(KeyRange.from(from))) {
      while (cursor.next()) {
        if (!visitor.visit(cursor.key(), cursor.value())) {
          return;
        }
      }
    }
  }

  @Override
  public void flush() {
    called.flush();
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return opened.unwrap(type);
  }

  @Override
  public String libraries() {
    StoreDescriptor descriptor = KvStores.describe(directory).orElseThrow();
    List<String> names = new ArrayList<>(List.of("Ensemble KV " + descriptor.createdBy()));
    names.addAll(descriptor.engines().values());
    return String.join(", ", names);
  }

  @Override
  public void close() {
    opened.close();
  }
}
