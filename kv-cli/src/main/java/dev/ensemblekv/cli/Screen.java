// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.io.IOException;
import java.util.List;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A terminal that is drawn upon again and again until somebody presses {@code q} or Ctrl-C. */
interface Screen extends AutoCloseable {

  int columns();

  int rows();

  /** Replaces what is shown. */
  void draw(List<String> lines);

  /** Waits, and tells whether somebody wants to see no more. */
  boolean isLeftWithin(int millis);

  @Override
  void close();

  /** Takes the terminal of this process, until it is closed. */
  static Screen ofProcess() {
    try {
      return new OfTerminal(TerminalBuilder.builder().system(true).build());
    } catch (IOException e) {
      throw CommandException.failed("the terminal cannot be used: " + e.getMessage(), e);
    }
  }

  /** A terminal in which keys are read as they are pressed. */
  final class OfTerminal implements Screen {
    private static final String HOME = "\033[H";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";
    private static final int SMALLEST = 10;
    private static final int END_OF_INPUT = -1;

    private final Terminal terminal;
    private volatile boolean interrupted;

    private OfTerminal(Terminal terminal) {
      this.terminal = terminal;
      terminal.handle(Terminal.Signal.INT, signal -> interrupted = true);
      terminal.enterRawMode(); // which closing ends
      terminal.writer().print(HOME + CLEAR_BELOW);
    }

    @Override
    public int columns() {
      return Math.max(SMALLEST, terminal.getWidth());
    }

    @Override
    public int rows() {
      return Math.max(SMALLEST, terminal.getHeight());
    }

    @Override
    public void draw(List<String> lines) {
      String text = String.join(CLEAR_LINE + "\r\n", lines);
      terminal.writer().print(HOME + text + CLEAR_LINE + CLEAR_BELOW);
      terminal.writer().flush();
    }

    @Override
    public boolean isLeftWithin(int millis) {
      try {
        int key = terminal.reader().read(millis);
        return interrupted || key == 'q' || key == 'Q' || key == END_OF_INPUT;
      } catch (IOException e) {
        throw CommandException.failed("the terminal cannot be read: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      try (terminal) {
        terminal.writer().print("\r\n");
        terminal.writer().flush();
      } catch (IOException e) {
        throw CommandException.failed("the terminal could not be released: " + e.getMessage(), e);
      }
    }
  }
}
