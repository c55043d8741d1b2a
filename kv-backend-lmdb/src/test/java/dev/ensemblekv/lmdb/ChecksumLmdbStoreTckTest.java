// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvOptions;

class ChecksumLmdbStoreTckTest extends LmdbStoreTckTest {
  @Override
  protected KvOptions options() {
    return KvOptions.builder().set("lmdb.checksum", "true").build();
  }
}
