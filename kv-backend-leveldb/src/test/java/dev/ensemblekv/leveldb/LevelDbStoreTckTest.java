// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;

class LevelDbStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new LevelDbBackend();
  }
}
