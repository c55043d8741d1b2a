// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of what a store throws when it, rather than its caller, is at fault.
 *
 * <p>The message says what happened and what to do. The operation and the store are filled in by
 * the framework as the exception passes through it, once.
 */
public class KvException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final @Nullable String path;
  private volatile @Nullable String operation;
  private volatile @Nullable String store;

  /** Creates an exception that is about no file in particular. */
  public KvException(String message, @Nullable Throwable cause) {
    this(message, null, cause);
  }

  /** Creates an exception about a file or directory. */
  public KvException(String message, @Nullable Path path, @Nullable Throwable cause) {
    super(message, cause);
    this.path = path == null ? null : path.toString();
  }

  /** Names the operation and the store, unless they are named already. */
  public final void locate(String operation, String store) {
    if (this.operation == null) {
      this.operation = operation;
      this.store = store;
    }
  }

  /** Returns the operation that failed, such as {@code put}. */
  public final Optional<String> operation() {
    return Optional.ofNullable(operation);
  }

  /** Returns the name of the store. */
  public final Optional<String> store() {
    return Optional.ofNullable(store);
  }

  /** Returns the file or directory concerned. */
  public final Optional<Path> path() {
    return Optional.ofNullable(path).map(Path::of);
  }

  @Override
  public String getMessage() {
    StringBuilder message = new StringBuilder();
    if (operation != null) {
      message.append(operation).append(" on store '").append(store).append("': ");
    }
    message.append(super.getMessage());
    if (path != null) {
      message.append(" [").append(path).append(']');
    }
    return message.toString();
  }
}
