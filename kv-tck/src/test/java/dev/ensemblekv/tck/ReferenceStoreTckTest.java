// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.tck.reference.ReferenceBackend;

/** The suite on a small persistent store, for the rules that do not bind the one in memory. */
class ReferenceStoreTckTest extends KvStoreTck {
  @Override
  protected KvBackend backend() {
    return new ReferenceBackend();
  }
}
