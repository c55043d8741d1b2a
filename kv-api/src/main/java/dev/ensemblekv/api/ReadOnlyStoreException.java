// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A write to a store that was opened with the option {@code readOnly}. */
public class ReadOnlyStoreException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public ReadOnlyStoreException(String message, @Nullable Path path, @Nullable Throwable cause) {
    super(message, path, cause);
  }
}
