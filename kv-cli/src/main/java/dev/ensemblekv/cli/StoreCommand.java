// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command on one store. */
abstract class StoreCommand extends KvCommand {
  @Parameters(index = "0", paramLabel = "STORE", description = "The directory of the store.")
  private Path directory = Path.of("");

  @Mixin private Settings settings = new Settings();

  StoreCommand(Shell shell, Root root) {
    super(shell, root);
  }

  final Path directory() {
    return directory;
  }

  /** Opens the store as it is recorded, so that nothing can be changed. */
  final KvStore openReadOnly() {
    return stores().openReadOnly(directory, settings.values());
  }

  /** Opens the store for writing as it is recorded; it must exist. */
  final KvStore openExisting() {
    return stores().openExisting(directory, settings.values());
  }

  /** Opens the store for writing, or creates it; see {@link Stores#openOrCreate}. */
  final KvStore openOrCreate(@Nullable String spec, String newSpec) {
    return stores().openOrCreate(directory, spec, newSpec, settings.values());
  }
}
