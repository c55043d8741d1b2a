// SPDX-License-Identifier: Apache-2.0
/** The test suite of Ensemble KV: the rules of the contract as tests, and a simulated machine. */
module dev.ensemblekv.tck {
  requires transitive dev.ensemblekv.api;
  requires transitive org.assertj.core;
  requires transitive org.junit.jupiter.api;
  requires java.management;
  requires org.opentest4j;

  exports dev.ensemblekv.tck;
  exports dev.ensemblekv.tck.faults;
  exports dev.ensemblekv.tck.sim;

  opens dev.ensemblekv.tck;
}
