// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import org.jspecify.annotations.Nullable;

/** What ends a command with a message of its own and an exit code. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  private CommandException(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Returns the exception for a command line that makes no sense. */
  static CommandException usage(String message) {
    return new CommandException(Exit.USAGE, message, null);
  }

  /** Returns the exception for a command line that makes no sense, as something else found out. */
  static CommandException usage(String message, Throwable cause) {
    return new CommandException(Exit.USAGE, message, cause);
  }

  /** Returns the exception for something that cannot be done. */
  static CommandException failed(String message) {
    return new CommandException(Exit.FAILED, message, null);
  }

  /** Returns the exception for something that cannot be done, with its cause. */
  static CommandException failed(String message, Throwable cause) {
    return new CommandException(Exit.FAILED, message, cause);
  }

  int exitCode() {
    return exitCode;
  }
}
