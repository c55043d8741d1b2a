// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvStore;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command on one store. */
abstract class StoreCommand extends KvCommand {
  @Parameters(index = "0", paramLabel = "STORE", description = "The directory of the store.")
  private Path directory = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "OPTION=VALUE",
      description = "An option of the store; 'kv backends --verbose' lists them. Repeatable.")
  private Map<String, String> settings = new LinkedHashMap<>();

  StoreCommand(Shell shell, Root root) {
    super(shell, root);
  }

  final Path directory() {
    return directory;
  }

  /** Opens the store as it is recorded, so that nothing can be changed. */
  final KvStore openReadOnly() {
    return stores().openReadOnly(directory, settings);
  }

  /** Opens the store for writing as it is recorded; it must exist. */
  final KvStore openExisting() {
    return stores().openExisting(directory, settings);
  }

  /** Opens the store for writing, or creates it; see {@link Stores#openOrCreate}. */
  final KvStore openOrCreate(@Nullable String spec, String newSpec) {
    return stores().openOrCreate(directory, spec, newSpec, settings);
  }
}
