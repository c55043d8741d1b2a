// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What errors of the operating system mean. The JDK hands on no number but a text, which is in the
 * language of the user; so it is held against what the system says of a device that is always full,
 * or the system is asked for what it otherwise never refuses.
 */
final class RealDiskErrors {
  private static final RealDiskErrors OF_SYSTEM =
      new RealDiskErrors(textOfFull(Path.of("/dev/full")), Path.of("/dev/null"));

  private final @Nullable String fullText;
  private final Path alwaysReadable;

  /**
   * Creates what knows a system.
   *
   * @param fullText what it says when a disk is full, if that is known
   * @param alwaysReadable what anybody can open who has a handle left; it may be missing
   */
  RealDiskErrors(@Nullable String fullText, Path alwaysReadable) {
    this.fullText = fullText;
    this.alwaysReadable = alwaysReadable;
  }

  static RealDiskErrors ofSystem() {
    return OF_SYSTEM;
  }

  /** Returns how the system refuses to write to a device; {@code null} if it does not. */
  static @Nullable String textOfFull(Path device) {
    OutputStream opened;
    try {
      opened = Files.newOutputStream(device, StandardOpenOption.WRITE);
    } catch (IOException e) {
      return null; // there is none on this system
    }
    try (OutputStream full = opened) {
      full.write(0);
      return null;
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /** Tells whether a disk is full, or the user's share of it. */
  boolean isDiskFull(IOException error) {
    String message = error.getMessage();
    if (message == null) {
      return false;
    }
    String lower = message.toLowerCase(Locale.ROOT);
    return lower.contains("no space left")
        || lower.contains("disk quota exceeded")
        || lower.contains("not enough space")
        || (fullText != null && message.contains(fullText));
  }

  /** Tells whether the process, or the machine, has as many files open as it may. */
  boolean isOutOfHandles(IOException error) {
    String message = error.getMessage();
    return message != null
        && (message.contains("Too many open files")
            || message.contains("Too many files open")
            || (Files.exists(alwaysReadable) && !canBeRead(alwaysReadable)));
  }

  private static boolean canBeRead(Path path) {
    try (InputStream opened = Files.newInputStream(path)) {
      opened.read();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
