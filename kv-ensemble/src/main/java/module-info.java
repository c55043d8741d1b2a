// SPDX-License-Identifier: Apache-2.0
/** The layer {@code ensemble} of Ensemble KV: one store over many. */
module dev.ensemblekv.ensemble {
  requires transitive dev.ensemblekv.api;
  requires org.slf4j;

  exports dev.ensemblekv.ensemble;

  provides dev.ensemblekv.spi.KvBackend with
      dev.ensemblekv.ensemble.EnsembleBackend;
}
