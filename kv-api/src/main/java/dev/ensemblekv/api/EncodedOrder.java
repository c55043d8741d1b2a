// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Comparator;

/** The order of objects by their bytes, which is the order in which a store keeps them. */
record EncodedOrder<T>(KvCodec<T> codec) implements Comparator<T> {

  @Override
  public int compare(T a, T b) {
    return Bytes.compare(codec.encode(a), codec.encode(b));
  }
}
