// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvCursor;

/** A cursor of a substore that passes over the keys which are not of its region. */
final class OwnedCursor implements KvCursor {
  private final KvCursor inner;
  private final Region region;
  private final KeyHash hash;

  OwnedCursor(KvCursor inner, Region region, KeyHash hash) {
    this.inner = inner;
    this.region = region;
    this.hash = hash;
  }

  @Override
  public boolean next() {
    while (inner.next()) {
      if (region.contains(hash.bits(inner.key()))) {
        return true;
      }
    }
    return false;
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
