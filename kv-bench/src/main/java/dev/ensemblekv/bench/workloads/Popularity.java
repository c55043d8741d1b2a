// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

/** Which keys are asked for. */
enum Popularity {
  /** Few keys very often, wherever they are. */
  ZIPFIAN,
  /** Those that were inserted last very often. */
  LATEST,
  /** All alike. */
  UNIFORM
}
