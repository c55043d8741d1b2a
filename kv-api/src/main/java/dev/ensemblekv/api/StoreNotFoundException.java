// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** There is no store in the directory, and none was to be created. */
public class StoreNotFoundException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public StoreNotFoundException(String message, @Nullable Path path, @Nullable Throwable cause) {
    super(message, path, cause);
  }
}
