// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;

/** Stores that make tables and compact them all the time, uncompressed. */
class SmallBufferLevelDbStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new LevelDbBackend();
  }

  @Override
  protected KvOptions options() {
    return KvOptions.builder()
        .set(LevelDbOptions.WRITE_BUFFER, 64L << 10)
        .set(LevelDbOptions.COMPRESSION, LevelDbOptions.Compression.NONE)
        .build();
  }
}
