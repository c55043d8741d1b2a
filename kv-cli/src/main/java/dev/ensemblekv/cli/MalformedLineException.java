// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

/** A line of an input file is not a pair. */
final class MalformedLineException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedLineException(String message) {
    super(message);
  }
}
