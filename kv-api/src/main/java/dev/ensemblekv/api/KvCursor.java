// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/**
 * A walk over pairs that the caller drives, from {@link KvStore#scan} or {@link KvStore#iterate}.
 *
 * <p>Many can be open at a time; a value is fetched when it is asked for, where the engine can do
 * so. It stands before the first pair at first. Used by one thread at a time; may be closed by any.
 * It holds resources of the engine until it is closed.
 */
public interface KvCursor extends AutoCloseable {

  /**
   * Goes to the next pair.
   *
   * @return {@code false} at the end; then and after {@link #close()} there is no pair
   * @throws KvException if reading failed, now and again at every further call
   * @throws StoreClosedException if the store was closed meanwhile
   */
  boolean next();

  /**
   * Returns the key of the pair, as a fresh array.
   *
   * @throws java.util.NoSuchElementException if the cursor stands on no pair
   */
  byte[] key();

  /**
   * Returns the value of the pair, as a fresh array.
   *
   * @throws java.util.NoSuchElementException if the cursor stands on no pair
   */
  byte[] value();

  /** Releases what the cursor holds. Closing again does nothing. */
  @Override
  void close();
}
