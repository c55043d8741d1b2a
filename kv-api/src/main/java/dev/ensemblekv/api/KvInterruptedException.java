// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/**
 * The calling thread was interrupted; the call changed nothing and the interrupt status is kept.
 */
public class KvInterruptedException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public KvInterruptedException(String message) {
    super(message, null);
  }
}
