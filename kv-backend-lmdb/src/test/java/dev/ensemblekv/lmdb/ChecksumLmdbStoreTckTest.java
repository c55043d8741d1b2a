// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvOptions;

/** Values with checksums, and a root that the medium may get later. */
class ChecksumLmdbStoreTckTest extends LmdbStoreTckTest {
  @Override
  protected KvOptions options() {
    return KvOptions.builder()
        .set("lmdb.checksum", "true")
        .set("lmdb.durability", "nometasync")
        .build();
  }
}
