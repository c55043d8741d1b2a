// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** There is a store in the directory already, and a new one was asked for. */
public class StoreExistsException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public StoreExistsException(String message, @Nullable Path path, @Nullable Throwable cause) {
    super(message, path, cause);
  }
}
