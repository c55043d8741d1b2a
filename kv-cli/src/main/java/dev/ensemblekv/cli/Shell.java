// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.spi.KvEnvironment;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a command sees of the process that it runs in.
 *
 * @param in the standard input
 * @param out the standard output
 * @param err where errors, notes and progress go
 * @param outIsTerminal whether a person reads the output
 * @param errIsTerminal whether a person reads errors and progress
 * @param environment the disk, the threads and the backends of stores
 * @param closers what is closed when the process is asked to end
 */
record Shell(
    InputStream in,
    Output out,
    PrintStream err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    KvEnvironment environment,
    Closers closers) {

  /** Returns that of this process. */
  static Shell ofProcess() {
    return new Shell(
        new FileInputStream(FileDescriptor.in),
        new Output(new FileOutputStream(FileDescriptor.out)),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        isTerminal(1),
        isTerminal(2),
        KvEnvironment.system(),
        new Closers());
  }

  /** Java tells about both ends at once only, Linux about each. */
  private static boolean isTerminal(int descriptor) {
    try {
      Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return hasConsole();
    }
  }

  @SuppressWarnings("SystemConsoleNull") // which is what the method is about
  private static boolean hasConsole() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // From Java 22 on there may be a console without a terminal.
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** Says something that is neither output nor an error. */
  void note(String message) {
    err.println("kv: " + KeyText.oneLine(message));
  }
}
