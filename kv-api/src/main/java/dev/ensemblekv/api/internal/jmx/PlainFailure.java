// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvException;

/**
 * Makes of what an operation throws something that any client can read: an exception of the JDK
 * with the message of ours, and without what it was caused by, which may be of classes that the
 * client does not have.
 */
final class PlainFailure {
  private PlainFailure() {}

  static RuntimeException of(RuntimeException failure) {
    RuntimeException plain;
    String message = failure.getMessage();
    if (failure instanceof IllegalArgumentException) {
      plain = new IllegalArgumentException(message);
    } else if (failure instanceof UnsupportedOperationException) {
      plain = new UnsupportedOperationException(message);
    } else if (failure instanceof KvException || failure instanceof IllegalStateException) {
      plain = new IllegalStateException(message);
    } else {
      plain = new IllegalStateException(failure.toString());
    }
    plain.setStackTrace(failure.getStackTrace());
    return plain;
  }
}
