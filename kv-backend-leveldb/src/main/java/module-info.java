// SPDX-License-Identifier: Apache-2.0
/** The backend {@code leveldb} of Ensemble KV. */
@SuppressWarnings("requires-automatic") // the library has no module descriptor, nor will it get one
module dev.ensemblekv.leveldb {
  requires transitive dev.ensemblekv.api;
  requires leveldbjni.all;
  requires org.slf4j;

  exports dev.ensemblekv.leveldb;

  provides dev.ensemblekv.spi.KvBackend with
      dev.ensemblekv.leveldb.LevelDbBackend;
}
