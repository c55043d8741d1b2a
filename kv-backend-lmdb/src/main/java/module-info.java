// SPDX-License-Identifier: Apache-2.0
/** The backend {@code lmdb} of Ensemble KV. */
@SuppressWarnings("requires-automatic") // lmdbjava and what it stands on have no descriptors
module dev.ensemblekv.lmdb {
  requires transitive dev.ensemblekv.api;
  requires lmdbjava;
  requires org.jnrproject.constants;
  requires org.jnrproject.ffi;
  requires org.jnrproject.jffi;
  requires org.objectweb.asm; // by jnr-ffi, which cannot say so
  requires org.objectweb.asm.util;
  requires org.slf4j;

  exports dev.ensemblekv.lmdb;

  provides dev.ensemblekv.spi.KvBackend with
      dev.ensemblekv.lmdb.LmdbBackend;
}
