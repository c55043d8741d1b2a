// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvException;
import org.jspecify.annotations.Nullable;

/** A split cannot go on; the donor is still in charge. */
final class SplitFailedException extends KvException {
  private static final long serialVersionUID = 1;

  SplitFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
