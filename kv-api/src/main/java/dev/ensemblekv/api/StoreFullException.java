// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** There is no space for a write; nothing was written, and the store works on when there is. */
public class StoreFullException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public StoreFullException(String message, @Nullable Path path, @Nullable Throwable cause) {
    super(message, path, cause);
  }
}
