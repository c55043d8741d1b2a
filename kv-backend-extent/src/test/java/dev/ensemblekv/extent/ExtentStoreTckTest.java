// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;

class ExtentStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new ExtentBackend();
  }
}
