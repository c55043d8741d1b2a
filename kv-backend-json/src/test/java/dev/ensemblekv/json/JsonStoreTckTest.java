// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;

class JsonStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new JsonBackend();
  }
}
