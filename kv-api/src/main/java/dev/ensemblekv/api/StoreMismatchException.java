// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The directory holds a store that is not the one asked for: of another spec, with other fixed
 * options, or in a format newer than this version reads; or what is outside the directory is not
 * there, or another store's.
 */
public class StoreMismatchException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public StoreMismatchException(String message, @Nullable Path path, @Nullable Throwable cause) {
    super(message, path, cause);
  }
}
