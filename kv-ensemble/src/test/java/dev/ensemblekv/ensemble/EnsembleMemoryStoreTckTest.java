// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.memory.MemoryBackend;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;
import java.util.List;

/** An ensemble over stores in memory, which seldom splits in the suite. */
class EnsembleMemoryStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new EnsembleBackend();
  }

  @Override
  protected List<KvBackend> otherBackends() {
    return List.of(new MemoryBackend());
  }

  @Override
  protected String spec() {
    return "ensemble:memory";
  }
}
