// SPDX-License-Identifier: Apache-2.0
/** The backend {@code memory} of Ensemble KV. */
module dev.ensemblekv.memory {
  requires transitive dev.ensemblekv.api;

  exports dev.ensemblekv.memory;

  provides dev.ensemblekv.spi.KvBackend with
      dev.ensemblekv.memory.MemoryBackend;
}
