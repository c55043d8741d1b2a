// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A key of a store and the value that a walk saw under it. The arrays are its own. */
final class Pair {
  final byte[] key;

  /** The value; {@code null} if the walk reads keys only. Follows what is written through it. */
  byte @Nullable [] value;

  Pair(byte[] key, byte @Nullable [] value) {
    this.key = key;
    this.value = value;
  }

  byte[] value() {
    return Objects.requireNonNull(value, "the walk was asked for keys only");
  }
}
