// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The standard output, as UTF-8 whatever the locale. A failed write ends the command, where a
 * {@link java.io.PrintStream} would go on and lose the rest. Used by one thread.
 */
final class Output extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final OutputStream out;

  Output(OutputStream out) {
    this.out = new BufferedOutputStream(out, BUFFER_BYTES);
  }

  /** The output cannot be written. */
  static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    FailedException(IOException cause) {
      super("the output cannot be written: " + cause.getMessage(), cause);
    }

    /** Tells whether the reader has just gone away, which need not be told to anyone. */
    boolean isReaderGone() {
      return String.valueOf(getMessage()).contains("Broken pipe");
    }
  }

  void print(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  void line(String text) {
    print(text);
    write('\n');
  }

  @Override
  public void write(int value) {
    try {
      out.write(value);
    } catch (IOException e) {
      throw new FailedException(e);
    }
  }

  @Override
  public void write(byte[] bytes) {
    write(bytes, 0, bytes.length);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw new FailedException(e);
    }
  }

  @Override
  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new FailedException(e);
    }
  }

  /** Flushes; the standard output stays open. */
  @Override
  public void close() {
    flush();
  }
}
