// SPDX-License-Identifier: Apache-2.0
/** The figures of Ensemble KV as meters of Micrometer. */
@SuppressWarnings({
  "requires-automatic",
  "requires-transitive-automatic"
}) // Micrometer names its modules, but does not describe them
module dev.ensemblekv.micrometer {
  requires transitive dev.ensemblekv.api;
  requires transitive micrometer.core;

  exports dev.ensemblekv.micrometer;
}
