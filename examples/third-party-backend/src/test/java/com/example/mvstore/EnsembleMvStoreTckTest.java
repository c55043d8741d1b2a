// SPDX-License-Identifier: Apache-2.0
package com.example.mvstore;

import dev.ensemblekv.ensemble.EnsembleBackend;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;
import java.util.List;

/** An ensemble of such stores is a store, too. */
class EnsembleMvStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new EnsembleBackend();
  }

  @Override
  protected List<KvBackend> otherBackends() {
    return List.of(new MvBackend());
  }

  @Override
  protected String spec() {
    return "ensemble:mvstore";
  }
}
