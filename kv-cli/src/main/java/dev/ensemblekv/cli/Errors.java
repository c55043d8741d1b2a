// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * What is said, in one line, and which exit code is given when a command ends with an exception.
 */
final class Errors {
  private Errors() {}

  /**
   * Reports an exception.
   *
   * @param verbose whether to show where it comes from
   * @return the exit code
   */
  static int report(Shell shell, Throwable error, boolean verbose) {
    if (shell.closers().isClosing()) {
      return Exit.INTERRUPTED;
    }
    if (error instanceof Output.FailedException failed && failed.isReaderGone()) {
      return Exit.FAILED;
    }
    shell.note(describe(error));
    if (verbose) {
      error.printStackTrace(shell.err());
    }
    return exitCode(error);
  }

  private static int exitCode(Throwable error) {
    if (error instanceof CommandException command) {
      return command.exitCode();
    }
    boolean callers =
        error instanceof IllegalArgumentException || error instanceof UnsupportedOperationException;
    return callers ? Exit.USAGE : Exit.FAILED;
  }

  /** Says in a sentence what happened. */
  static String describe(Throwable error) {
    if (error instanceof UncheckedIOException unchecked && unchecked.getCause() != null) {
      return describe(unchecked.getCause());
    }
    if (error instanceof IOException io) {
      return describe(io);
    }
    if (error instanceof OutOfMemoryError) {
      return "out of memory ("
          + error.getMessage()
          + "); the heap is at most "
          + Figures.bytes(Runtime.getRuntime().maxMemory())
          + ": raise it with JAVA_TOOL_OPTIONS=-Xmx4g, for example";
    }
    boolean foreseen =
        error instanceof KvException
            || error instanceof CommandException
            || error instanceof IllegalArgumentException
            || error instanceof UnsupportedOperationException
            || error instanceof Output.FailedException;
    return foreseen && error.getMessage() != null
        ? error.getMessage()
        : "internal error: " + error + "; please report it with what --verbose shows";
  }

  private static String describe(IOException error) {
    if (error instanceof NoSuchFileException missing) {
      return missing.getFile() + ": no such file or directory";
    }
    if (error instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    if (error instanceof FileSystemException file && file.getReason() != null) {
      return file.getFile() + ": " + file.getReason();
    }
    String message = error.getMessage();
    return message == null ? error.getClass().getSimpleName() : message;
  }

  /** Says why a file cannot be read, without its name. */
  static String reason(IOException error) {
    if (error instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (error instanceof AccessDeniedException) {
      return "permission denied";
    }
    return error instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : describe(error);
  }
}
