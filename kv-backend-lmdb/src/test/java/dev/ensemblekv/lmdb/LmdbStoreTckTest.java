// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;

class LmdbStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new LmdbBackend();
  }
}
