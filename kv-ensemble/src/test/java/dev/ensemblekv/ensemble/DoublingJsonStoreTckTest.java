// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.json.JsonBackend;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;
import java.util.List;

/**
 * An ensemble over JSON stores that splits all the time, as far as it matters that these know their
 * sizes: how a split outlives crashes does not hang on that.
 */
class DoublingJsonStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new EnsembleBackend();
  }

  @Override
  protected List<KvBackend> otherBackends() {
    return List.of(new JsonBackend());
  }

  @Override
  protected String spec() {
    return "ensemble:json";
  }

  @Override
  protected KvOptions options() {
    return EnsembleTesting.alwaysDoubling();
  }

  @Override
  protected String level() {
    return "core";
  }
}
