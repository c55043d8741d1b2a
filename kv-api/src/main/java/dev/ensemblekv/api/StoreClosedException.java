// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/** The store was closed before or during the call. */
public class StoreClosedException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public StoreClosedException() {
    super("the store is closed; open it again to use it", null);
  }
}
