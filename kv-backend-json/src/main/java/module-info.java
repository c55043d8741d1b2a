// SPDX-License-Identifier: Apache-2.0
/** The backend {@code json} of Ensemble KV. */
module dev.ensemblekv.json {
  requires transitive dev.ensemblekv.api;
  requires com.fasterxml.jackson.core;

  exports dev.ensemblekv.json;

  provides dev.ensemblekv.spi.KvBackend with
      dev.ensemblekv.json.JsonBackend;
}
