// SPDX-License-Identifier: Apache-2.0
/** The backend {@code extent} of Ensemble KV. */
module dev.ensemblekv.extent {
  requires transitive dev.ensemblekv.api;
  requires java.management;
  requires jdk.management;
  requires org.slf4j;

  exports dev.ensemblekv.extent;

  provides dev.ensemblekv.spi.KvBackend with
      dev.ensemblekv.extent.ExtentBackend;
}
