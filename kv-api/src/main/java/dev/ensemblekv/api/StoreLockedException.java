// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The store is open elsewhere: in this process or in the one that the message names. */
public class StoreLockedException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public StoreLockedException(String message, @Nullable Path path, @Nullable Throwable cause) {
    super(message, path, cause);
  }
}
