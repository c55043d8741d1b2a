// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A key or value that can be compared, looked up and shown; ordered as unsigned bytes. Immutable.
 */
public final class ByteString implements Comparable<ByteString> {
  private static final int SHOWN_BYTES = 40;

  private final byte[] bytes;

  private ByteString(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns a copy of some bytes. */
  public static ByteString of(byte[] bytes) {
    return new ByteString(bytes.clone());
  }

  /** Returns a copy of some bytes, or {@code null} for {@code null}. */
  public static @Nullable ByteString ofNullable(byte @Nullable [] bytes) {
    return bytes == null ? null : of(bytes);
  }

  /** Returns the bytes, as a fresh array. */
  public byte[] toArray() {
    return bytes.clone();
  }

  /** Returns the number of bytes. */
  public int length() {
    return bytes.length;
  }

  /** Tells whether these are the bytes of an array. */
  public boolean matches(byte @Nullable [] other) {
    return Arrays.equals(bytes, other);
  }

  /** Tells whether these bytes begin with a prefix. */
  public boolean startsWith(byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  @Override
  public int compareTo(ByteString other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ByteString that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Shows bytes: printable ASCII as it is, else in hexadecimal; long ones are cut. */
  public static String show(byte @Nullable [] bytes) {
    if (bytes == null) {
      return "absent";
    }
    byte[] shown = Arrays.copyOf(bytes, Math.min(bytes.length, SHOWN_BYTES));
    String rest = bytes.length > SHOWN_BYTES ? "...(" + bytes.length + " bytes)" : "";
    boolean printable = true;
    for (byte each : shown) {
      printable &= each >= ' ' && each <= '~';
    }
    return printable
        ? "'" + new String(shown, StandardCharsets.US_ASCII) + "'" + rest
        : "hex:" + HexFormat.of().formatHex(shown) + rest;
  }

  @Override
  public String toString() {
    return show(bytes);
  }
}
