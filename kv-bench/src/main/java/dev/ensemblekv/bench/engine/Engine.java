// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvVisitor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key-value store as the benchmarks see it, whoever made it. Safe for use by several threads; all
 * of them have returned when it is closed.
 *
 * <p>Each engine keeps the same promises: a get sees every write that returned before it, arrays
 * are nobody else's, a batch is written by one call of the library, and a write is durable at its
 * return if the engine was opened so, else after {@link #flush()}.
 */
public interface Engine extends AutoCloseable {

  /** Returns the value of a key. */
  byte @Nullable [] get(byte[] key);

  /** Shows the value of a key to a reader: where it lies, if the library can do so, else a copy. */
  default <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    byte[] value = get(key);
    return value == null ? null : reader.read(ByteBuffer.wrap(value));
  }

  /** Stores a pair. */
  void put(byte[] key, byte[] value);

  /** Removes a key, if it is there. */
  void delete(byte[] key);

  /** Stores pairs by one batch. */
  void putAll(List<byte[]> keys, List<byte[]> values);

  /**
   * Visits the pairs from a key on, in the order of the keys, until the visitor has had enough.
   *
   * @throws UnsupportedOperationException if the engine has no order of keys
   */
  void scan(byte[] from, KvVisitor visitor);

  /** Makes everything durable that was written. */
  void flush();

  /** Returns what steers it, if it has any such thing. */
  default <T> Optional<T> unwrap(Class<T> type) {
    return Optional.empty();
  }

  /** Returns the names and versions of the libraries that do the work, and how they are set. */
  String libraries();

  @Override
  void close();
}
