// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.leveldb.LevelDbBackend;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;
import java.util.List;

/** An ensemble over LevelDB stores that splits all the time. */
class DoublingLevelDbStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new EnsembleBackend();
  }

  @Override
  protected List<KvBackend> otherBackends() {
    return List.of(new LevelDbBackend());
  }

  @Override
  protected String spec() {
    return "ensemble:leveldb";
  }

  @Override
  protected KvOptions options() {
    return EnsembleTesting.alwaysDoubling();
  }
}
