// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.memory.MemoryBackend;
import dev.ensemblekv.spi.KvBackend;

/** The suite on the store in memory. */
class MemoryStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new MemoryBackend();
  }
}
