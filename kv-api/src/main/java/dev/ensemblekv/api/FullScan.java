// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/** Whether a view of a part of a store may read the whole store to find that part. */
public enum FullScan {
  /** It throws {@link UnsupportedOperationException} if the store is not ordered. */
  REFUSED,
  /** It does: each such call takes time in proportion to the whole store. */
  ALLOWED
}
