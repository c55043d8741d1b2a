// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/**
 * A two-way translation between objects and the bytes under which a store keeps them.
 *
 * <p>Every codec keeps these rules; the views rely on them and do not check them:
 *
 * <ul>
 *   <li>{@code decode(encode(x))} equals {@code x}.
 *   <li>Equal objects have equal bytes, and unequal objects different bytes: the views compare keys
 *       and values by their bytes.
 *   <li>It may be used by many threads at once, and it keeps no array that it was given or
 *       returned.
 * </ul>
 *
 * <p>A codec of keys never encodes to zero bytes, as no store takes an empty key. For {@link
 * KvViews#navigableMap} it also fixes the order: keys are sorted by their bytes, as unsigned
 * numbers, and to be useful that should be the order which the objects have for their users. {@link
 * KvCodecs} tells it for each of its own.
 *
 * @param <T> the type of the objects
 */
public interface KvCodec<T> {

  /**
   * Returns the bytes of an object, in an array that the caller may keep.
   *
   * @throws IllegalArgumentException if this object has no encoding
   */
  byte[] encode(T object);

  /**
   * Returns the object of some bytes.
   *
   * @throws IllegalArgumentException if the bytes are not an encoding: they were written by another
   *     codec, or not by one
   */
  T decode(byte[] bytes);
}
