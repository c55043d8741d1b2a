// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The directory holds files but no store of ours, so nothing in it was touched. */
public class ForeignDirectoryException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public ForeignDirectoryException(String message, @Nullable Path path, @Nullable Throwable cause) {
    super(message, path, cause);
  }
}
