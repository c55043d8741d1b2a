// SPDX-License-Identifier: Apache-2.0
/**
 * Ensemble KV: one interface to embedded key-value stores, and the interfaces behind which engines
 * stand.
 */
module dev.ensemblekv.api {
  requires transitive org.jspecify;
  requires org.slf4j;
  requires transitive java.management;
  requires jdk.unsupported; // to release mappings before Java 22, and for direct reads

  exports dev.ensemblekv.api;
  exports dev.ensemblekv.api.jmx;
  exports dev.ensemblekv.spi;
  exports dev.ensemblekv.spi.io;

  uses dev.ensemblekv.spi.KvBackend;
}
