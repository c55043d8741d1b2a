// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreNotFoundException;
import dev.ensemblekv.api.UnknownBackendException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Opens stores for commands: each is closed by its command, or at Ctrl-C.
 *
 * @param shell what the command runs in
 */
record Stores(Shell shell) {
  /** What a new store is made of where nothing is said. */
  static final String DEFAULT_SPEC = "ensemble:extent";

  /** Opens a store as it is recorded, so that nothing can be changed. */
  KvStore openReadOnly(Path directory, Map<String, String> settings) {
    return openThere(directory, options(settings).set(KvOptions.READ_ONLY, true).build());
  }

  /** Opens a store for writing as it is recorded; it must exist. */
  KvStore openExisting(Path directory, Map<String, String> settings) {
    return openThere(directory, options(settings).build());
  }

  /**
   * Opens a store for writing, or creates it. It must be one that keeps what is written: otherwise
   * all would be gone at the end of the command.
   *
   * @param spec what was asked for; {@code null}: as recorded, or {@code newSpec} if it is new
   */
  KvStore openOrCreate(
      Path directory, @Nullable String spec, String newSpec, Map<String, String> settings) {
    KvOptions options = options(settings).require(KvFeature.PERSISTENT).build();
    boolean isNew = shell.environment().describe(directory).isEmpty();
    return open(spec == null && isNew ? newSpec : spec, directory, options);
  }

  /** Starts to make a store of a database that an engine's own library made. */
  KvTask adopt(Path directory, String spec, Map<String, String> settings) {
    try {
      return cancelledAtExit(shell.environment().adopt(spec, directory, options(settings).build()));
    } catch (UnknownBackendException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()), e);
    }
  }

  /** Starts to repair a store. */
  KvTask repair(Path directory) {
    return cancelledAtExit(shell.environment().repair(directory));
  }

  private KvTask cancelledAtExit(KvTask task) {
    shell
        .closers()
        .add(
            () -> {
              task.cancel();
              task.awaitEnd();
            });
    return task;
  }

  private KvStore openThere(Path directory, KvOptions options) {
    try {
      return open(null, directory, options);
    } catch (StoreNotFoundException e) {
      throw CommandException.failed(
          "there is no store in "
              + directory
              + "; check the path, or create one with 'kv import', or 'kv put --store SPEC'",
          e);
    }
  }

  private static KvOptions.Builder options(Map<String, String> settings) {
    KvOptions.Builder options = KvOptions.builder();
    settings.forEach(options::set);
    return options;
  }

  private KvStore open(@Nullable String spec, Path directory, KvOptions options) {
    try {
      return shell.closers().add(shell.environment().open(spec, directory, options));
    } catch (UnknownBackendException e) {
      throw spec == null ? e : CommandException.usage(String.valueOf(e.getMessage()), e);
    }
  }
}
