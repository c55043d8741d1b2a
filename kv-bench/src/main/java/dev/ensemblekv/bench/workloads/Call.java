// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

/** What is done with a key. */
enum Call {
  /** It is got. */
  READ,
  /** One is got that was never put. */
  ABSENT,
  /** A new value is put. */
  UPDATE,
  /** It is got, and a new value is put. */
  CHANGE,
  /** A new key is put. */
  INSERT,
  /** It is deleted. */
  DELETE,
  /** New values of a hundred keys are put by one batch. */
  BATCH,
  /** Up to a hundred pairs are visited from it on; needs an order of keys. */
  SCAN
}
