// SPDX-License-Identifier: Apache-2.0
package com.example.mvstore;

import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.KvStoreTck;

class MvStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new MvBackend();
  }
}
