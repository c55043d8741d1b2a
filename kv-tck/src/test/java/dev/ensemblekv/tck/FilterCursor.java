// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvCursor;

/** A cursor that forwards to another one, for wrong stores to change. */
abstract class FilterCursor implements KvCursor {
  final KvCursor inner;

  FilterCursor(KvCursor inner) {
    this.inner = inner;
  }

  @Override
  public boolean next() {
    return inner.next();
  }

  @Override
  public byte[] key() {
    return inner.key();
  }

  @Override
  public byte[] value() {
    return inner.value();
  }

  @Override
  public void close() {
    inner.close();
  }
}
