// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is made of a value while the engine lends it.
 *
 * @param <R> what the reader makes of it
 */
@FunctionalInterface
public interface KvReader<R> {

  /**
   * Reads a value.
   *
   * @param value the value between position and limit; read-only and big-endian, valid during this
   *     call only; it may be direct, and its position need not be 0
   */
  @Nullable R read(ByteBuffer value);
}
