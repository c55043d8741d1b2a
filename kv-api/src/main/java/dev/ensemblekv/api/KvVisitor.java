// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/** What is done with each pair of an iteration. */
@FunctionalInterface
public interface KvVisitor {

  /**
   * Takes one pair; the arrays are the visitor's own.
   *
   * @return {@code false} to stop the iteration
   */
  boolean visit(byte[] key, byte[] value);
}
