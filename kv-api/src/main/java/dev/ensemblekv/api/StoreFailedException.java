// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The store met an error after which it can no longer promise what a write did: reads go on, writes
 * throw this until the store is reopened.
 */
public class StoreFailedException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public StoreFailedException(String message, @Nullable Path path, @Nullable Throwable cause) {
    super(message, path, cause);
  }
}
