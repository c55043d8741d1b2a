// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/** When a write is safe from a loss of power. */
public enum Durability {
  /** As the store was opened: at the next flush, or at once with the option {@code sync}. */
  DEFAULT,
  /** At the return of the write, which is then as slow as the medium. */
  SYNC
}
