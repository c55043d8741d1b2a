// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Bytes on disk are not what was written there. */
public class CorruptionException extends KvException {
  private static final long serialVersionUID = 1;
  private static final long UNKNOWN = -1;

  private final long offset;

  /** Creates the exception for damage whose place in the file is not known. */
  public CorruptionException(String message, @Nullable Path path, @Nullable Throwable cause) {
    this(message, path, UNKNOWN, cause);
  }

  /**
   * Creates the exception.
   *
   * @param offset where the damage begins, in bytes from the start of the file; negative if unknown
   */
  public CorruptionException(
      String message, @Nullable Path path, long offset, @Nullable Throwable cause) {
    super(offset < 0 ? message : message + " (at byte " + offset + ")", path, cause);
    this.offset = offset;
  }

  /** Returns where the damage begins, in bytes from the start of the file, if known. */
  public final OptionalLong offset() {
    return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
  }
}
