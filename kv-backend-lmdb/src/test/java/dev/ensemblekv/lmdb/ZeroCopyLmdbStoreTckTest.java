// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvOptions;

/** Readers that see the map itself, and commits that wait for nothing. */
class ZeroCopyLmdbStoreTckTest extends LmdbStoreTckTest {
  @Override
  protected KvOptions options() {
    return KvOptions.builder()
        .set("lmdb.zeroCopy", "true")
        .set("lmdb.durability", "nosync")
        .build();
  }
}
