// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map from non-empty byte strings to byte strings, kept by some storage engine.
 *
 * <p>A store is opened by {@link KvStores} and closed by {@link #close()}. What it can do beyond
 * plain reads and writes is told by {@link #features()}: an operation whose feature is missing
 * throws {@link UnsupportedOperationException}, a guarantee whose feature is missing is not
 * promised.
 *
 * <p><b>Keys and values.</b> A key has 1 to {@link KvLimits#maxKeyBytes()} bytes, a value 0 to
 * {@link KvLimits#maxValueBytes()}; anything longer is an {@link IllegalArgumentException}, {@code
 * null} a {@link NullPointerException}, and neither changes anything. Keys compare as unsigned
 * bytes. Arrays are never shared: the caller may change what it passed in and what it got back.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. Calls by an interrupted thread
 * complete, or throw {@link KvInterruptedException} having changed nothing; the interrupt status
 * stays as it was.
 *
 * <p><b>Durability.</b> After {@link #flush()} returned, every write completed before the call
 * survives a loss of power, if the store is {@link KvFeature#PERSISTENT}. With the option {@code
 * sync}, or {@link Durability#SYNC}, each write does at its return.
 *
 * <p><b>Errors.</b> After {@link #close()}, all methods but {@code close}, {@link #stats()}, {@link
 * #features()} and {@link #limits()} throw {@link StoreClosedException}. Bad bytes on disk are a
 * {@link CorruptionException}, an unusable medium a {@link StoreFailedException}, a full one a
 * {@link StoreFullException}.
 *
 * <p><b>Implementing.</b> Engines extend {@code AbstractKvStore} and layers {@code FilterKvStore}
 * of the SPI. One that implements this interface by itself must at least replace one of {@link
 * #forEach(KvVisitor)} and {@link #iterate()}, which are defined by each other.
 */
public interface KvStore extends AutoCloseable {

  /**
   * Returns the value last put under a key.
   *
   * @return a fresh array, or {@code null} if the key is absent
   */
  byte @Nullable [] get(byte[] key);

  /**
   * Hands the value of a key to a reader, where the engine can without copying it.
   *
   * <p>The reader is called at most once, never for an absent key, with a read-only buffer that is
   * valid only during the call; keeping it is undefined (option {@code copyReads} makes it harmless
   * while debugging). The reader must not close the store.
   *
   * @return what the reader returned, or {@code null} if the key is absent
   */
  default <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    Objects.requireNonNull(reader, "reader");
    byte[] value = get(key);
    return value == null ? null : reader.read(ByteBuffer.wrap(value).asReadOnlyBuffer());
  }

  /** Tells whether a key is present: the same as {@code get(key) != null}, often cheaper. */
  default boolean exists(byte[] key) {
    return get(key) != null;
  }

  /**
   * Returns the values of several keys, in the order of the keys, {@code null} where one is absent.
   *
   * <p>Each value is read as by {@link #get}; together they are not a snapshot.
   */
  default List<byte @Nullable []> getAll(List<byte[]> keys) {
    List<byte @Nullable []> values = new ArrayList<>(keys.size());
    for (byte[] key : keys) {
      values.add(get(key));
    }
    return values;
  }

  /** Stores a value under a key, replacing what was there. */
  void put(byte[] key, byte[] value);

  /** Removes a key; does nothing if it is absent. */
  void delete(byte[] key);

  /**
   * Replaces the value of a key if it is what the caller expects, atomically against every other
   * write to the key.
   *
   * @param expected the value the key must have, byte for byte; {@code null}: the key must be
   *     absent
   * @param replacement the new value; {@code null} deletes the key
   * @return whether the value was as expected, and so was replaced
   * @throws UnsupportedOperationException without {@link KvFeature#COMPARE_AND_SET}
   */
  default boolean compareAndSet(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
    throw KvFeature.COMPARE_AND_SET.unsupported("compareAndSet");
  }

  /**
   * Applies the operations of a batch in their order, the last one on a key wins.
   *
   * <p>One that fails validation changes nothing. With {@link KvFeature#ATOMIC_BATCH} all or none
   * of it survives a crash; without {@link KvFeature#ISOLATED_BATCH} readers may see part of it.
   */
  default void write(KvBatch batch) {
    write(batch, Durability.DEFAULT);
  }

  /**
   * Applies a batch, as {@link #write(KvBatch)}, with a durability of its own.
   *
   * @throws UnsupportedOperationException for {@link Durability#SYNC} without {@link
   *     KvFeature#SYNC_WRITES}
   */
  void write(KvBatch batch, Durability durability);

  /**
   * Counts the live keys, exactly. Constant time with {@link KvFeature#CONSTANT_TIME_SIZE}, else a
   * walk over the whole store. Under concurrent writes each key counts as at some moment during the
   * call.
   */
  default long size() {
    long keys = 0;
    try (KvCursor cursor = iterate()) {
      while (cursor.next()) {
        keys++;
      }
    }
    return keys;
  }

  /**
   * Visits all pairs, in no particular order unless the store says so.
   *
   * <p>A key present throughout is visited exactly once, one inserted or deleted meanwhile at most
   * once, with a value it had at some moment between the start and the visit. The visitor may read
   * and write the store, and stops the walk by returning {@code false}; what it throws reaches the
   * caller. It must not close the store.
   */
  default void forEach(KvVisitor visitor) {
    Objects.requireNonNull(visitor, "visitor");
    try (KvCursor cursor = iterate()) {
      while (cursor.next()) {
        if (!visitor.visit(cursor.key(), cursor.value())) {
          return;
        }
      }
    }
  }

  /**
   * Visits all pairs whose key begins with a prefix, as {@link #forEach(KvVisitor)}.
   *
   * <p>With {@link KvFeature#ORDERED} this reads just those, in order; without, it reads the whole
   * store.
   */
  default void forEach(byte[] prefix, KvVisitor visitor) {
    Objects.requireNonNull(visitor, "visitor");
    boolean ordered = features().contains(KvFeature.ORDERED);
    try (KvCursor cursor = ordered ? scan(KeyRange.prefix(prefix)) : iterate()) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        if ((ordered || Bytes.startsWith(key, prefix)) && !visitor.visit(key, cursor.value())) {
          return;
        }
      }
    }
  }

  /**
   * Returns a cursor over all pairs, with the promises of {@link #forEach(KvVisitor)}. The caller
   * closes it.
   *
   * <p>This default first collects all keys, so an engine over data larger than memory replaces it.
   */
  default KvCursor iterate() {
    return new CollectedKeysCursor(this);
  }

  /**
   * Returns a cursor over a range of keys in unsigned lexicographic order, forward or reverse. The
   * caller closes it. With {@link KvFeature#SNAPSHOT} it shows the store at one point in time.
   *
   * @throws UnsupportedOperationException without {@link KvFeature#ORDERED}
   */
  default KvCursor scan(KeyRange range) {
    throw KvFeature.ORDERED.unsupported("scan");
  }

  /**
   * Makes every write that was completed before this call survive a loss of power. Does nothing in
   * a store that is not {@link KvFeature#PERSISTENT}.
   */
  void flush();

  /**
   * Starts to read and check everything that is stored, in the background. Problems do not make the
   * task fail: they are listed in its result.
   */
  KvTask verify();

  /**
   * Starts to give back space and order what is stored, in the background.
   *
   * @throws UnsupportedOperationException without {@link KvFeature#COMPACT}
   */
  default KvTask compact() {
    throw KvFeature.COMPACT.unsupported("compact");
  }

  /**
   * Starts to make a durable copy of the store, as it is at some moment during the call, in a
   * directory that does not exist yet or is empty. The copy is a store of its own.
   *
   * @throws UnsupportedOperationException without {@link KvFeature#CHECKPOINT}
   */
  default KvTask checkpoint(Path directory) {
    throw KvFeature.CHECKPOINT.unsupported("checkpoint");
  }

  /** Returns the present state and figures, without I/O and without blocking, open or closed. */
  KvStats stats();

  /** Returns what this opened store can do and promises; constant over its life. */
  Set<KvFeature> features();

  /** Returns the greatest sizes this store takes; constant over its life. */
  KvLimits limits();

  /**
   * Returns a facet of the engine behind this store, for what the common interface does not cover.
   *
   * <p>What a facet does passes by the checks of this interface; its own documentation rules.
   */
  default <T> Optional<T> unwrap(Class<T> type) {
    return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
  }

  /**
   * Makes completed writes durable and releases everything. Point calls under way are completed,
   * iterations and cursors end at their next step with {@link StoreClosedException}. Closing again
   * does nothing.
   *
   * @throws IllegalStateException if called by a visitor or reader of this store
   * @throws StoreFailedException once, if the store had failed; everything is released all the same
   */
  @Override
  void close();
}
