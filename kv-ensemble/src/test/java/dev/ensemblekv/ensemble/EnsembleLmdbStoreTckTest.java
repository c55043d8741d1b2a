// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.lmdb.LmdbBackend;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;
import java.util.List;

/** An ensemble over LMDB stores, which seldom splits in the suite. */
class EnsembleLmdbStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new EnsembleBackend();
  }

  @Override
  protected List<KvBackend> otherBackends() {
    return List.of(new LmdbBackend());
  }

  @Override
  protected String spec() {
    return "ensemble:lmdb";
  }
}
