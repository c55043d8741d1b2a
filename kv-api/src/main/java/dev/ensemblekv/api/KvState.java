// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/** How a store is. */
public enum KvState {
  /** Everything works. */
  OPEN,
  /** Part of it does not: a substore has failed, or background work keeps failing. */
  DEGRADED,
  /** Reads work; writes throw {@link StoreFailedException} until the store is reopened. */
  FAILED,
  /** Closed by its user. */
  CLOSED
}
