// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.KvVisitor;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A store that forwards every call to another one: the base of layers, which change some. */
public abstract class FilterKvStore implements KvStore {
  /** The store that calls are forwarded to. */
  protected final KvStore inner;

  /** Creates a layer over a store, which {@link #close()} closes. */
  protected FilterKvStore(KvStore inner) {
    this.inner = Objects.requireNonNull(inner, "inner");
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return inner.get(key);
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    return inner.read(key, reader);
  }

  @Override
  public boolean exists(byte[] key) {
    return inner.exists(key);
  }

  @Override
  public List<byte @Nullable []> getAll(List<byte[]> keys) {
    return inner.getAll(keys);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    inner.put(key, value);
  }

  @Override
  public void delete(byte[] key) {
    inner.delete(key);
  }

  @Override
  public boolean compareAndSet(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
    return inner.compareAndSet(key, expected, replacement);
  }

  @Override
  public void write(KvBatch batch) {
    inner.write(batch);
  }

  @Override
  public void write(KvBatch batch, Durability durability) {
    inner.write(batch, durability);
  }

  @Override
  public long size() {
    return inner.size();
  }

  @Override
  public void forEach(KvVisitor visitor) {
    inner.forEach(visitor);
  }

  @Override
  public void forEach(byte[] prefix, KvVisitor visitor) {
    inner.forEach(prefix, visitor);
  }

  @Override
  public KvCursor iterate() {
    return inner.iterate();
  }

  @Override
  public KvCursor scan(KeyRange range) {
    return inner.scan(range);
  }

  @Override
  public void flush() {
    inner.flush();
  }

  @Override
  public KvTask verify() {
    return inner.verify();
  }

  @Override
  public KvTask compact() {
    return inner.compact();
  }

  @Override
  public KvTask checkpoint(Path directory) {
    return inner.checkpoint(directory);
  }

  @Override
  public KvStats stats() {
    return inner.stats();
  }

  @Override
  public Set<KvFeature> features() {
    return inner.features();
  }

  @Override
  public KvLimits limits() {
    return inner.limits();
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return type.isInstance(this) ? Optional.of(type.cast(this)) : inner.unwrap(type);
  }

  @Override
  public void close() {
    inner.close();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "(" + inner + ")";
  }
}
