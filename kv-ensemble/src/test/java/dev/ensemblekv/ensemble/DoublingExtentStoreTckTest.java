// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.extent.ExtentBackend;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;
import java.util.List;

/** An ensemble over extent stores that splits all the time. */
class DoublingExtentStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new EnsembleBackend();
  }

  @Override
  protected List<KvBackend> otherBackends() {
    return List.of(new ExtentBackend());
  }

  @Override
  protected String spec() {
    return "ensemble:extent";
  }

  @Override
  protected KvOptions options() {
    return EnsembleTesting.alwaysDoubling();
  }
}
