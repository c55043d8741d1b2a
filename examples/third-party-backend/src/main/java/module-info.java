// SPDX-License-Identifier: Apache-2.0
/** The backend {@code mvstore} of Ensemble KV. */
module com.example.mvstore {
  requires transitive dev.ensemblekv.api;
  requires com.h2database.mvstore;

  exports com.example.mvstore;

  provides dev.ensemblekv.spi.KvBackend with
      com.example.mvstore.MvBackend;
}
