// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import org.jspecify.annotations.Nullable;

/**
 * A spec names a backend that is not on the class path or module path, or one that is there cannot
 * be told apart or loaded.
 */
public class UnknownBackendException extends KvException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public UnknownBackendException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public UnknownBackendException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
