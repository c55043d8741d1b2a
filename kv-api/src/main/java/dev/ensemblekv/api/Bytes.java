// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the keys of a store need of byte strings: order, prefixes, and a readable form. */
final class Bytes {
  private static final int SHOWN_BYTES = 32;

  private Bytes() {}

  static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  /**
   * Returns the least byte string greater than every one that begins with the prefix, or {@code
   * null} if there is none.
   */
  static byte @Nullable [] endOfPrefix(byte[] prefix) {
    for (int i = prefix.length - 1; i >= 0; i--) {
      if (prefix[i] != (byte) 0xFF) {
        byte[] end = Arrays.copyOf(prefix, i + 1);
        end[i]++;
        return end;
      }
    }
    return null;
  }

  /** Compares as unsigned bytes, which is the order of keys. */
  static int compare(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, b);
  }

  /** Returns the least byte string greater than another: itself with a zero byte appended. */
  static byte[] successor(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  static boolean equal(byte @Nullable [] a, byte @Nullable [] b) {
    return Arrays.equals(a, b);
  }

  static byte[] concatenate(byte[] head, byte[] tail) {
    byte[] all = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, all, head.length, tail.length);
    return all;
  }

  /** Returns the bytes from an index on. */
  static byte[] from(byte[] bytes, int index) {
    return Arrays.copyOfRange(bytes, index, bytes.length);
  }

  /** Shows bytes in a message: printable ASCII as it is, else hexadecimal; long ones are cut. */
  static String show(byte[] bytes) {
    int shown = Math.min(bytes.length, SHOWN_BYTES);
    boolean printable = true;
    for (int i = 0; i < shown; i++) {
      printable &= bytes[i] >= 0x20 && bytes[i] < 0x7F;
    }
    StringBuilder text = new StringBuilder(printable ? "'" : "hex:");
    for (int i = 0; i < shown; i++) {
      if (printable) {
        text.append((char) bytes[i]);
      } else {
        text.append(Character.forDigit((bytes[i] >> 4) & 0xF, 16));
        text.append(Character.forDigit(bytes[i] & 0xF, 16));
      }
    }
    if (shown < bytes.length) {
      text.append("... (").append(bytes.length).append(" bytes)");
    }
    return printable ? text.append('\'').toString() : text.toString();
  }
}
