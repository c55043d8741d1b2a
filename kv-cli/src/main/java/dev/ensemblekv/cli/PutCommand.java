// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvStore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stores a value. */
@Command(name = "put", description = "Store a value under a key, replacing what was there.")
final class PutCommand extends StoreCommand {
  private static final String STANDARD_INPUT = "-";

  @Parameters(index = "1", paramLabel = "KEY", description = "Text, hex:... or text:...")
  private String key = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "VALUE",
      description = "Text, hex:... or text:...; - or nothing: the standard input, byte for byte.")
  private String value = STANDARD_INPUT;

  @Option(
      names = "--store",
      paramLabel = "SPEC",
      description = "Create the store, of this kind, if there is none.")
  private @Nullable String spec;

  PutCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() throws IOException {
    byte[] parsedKey = KeyText.parse(key);
    byte[] parsedValue =
        value.equals(STANDARD_INPUT) ? shell().in().readAllBytes() : KeyText.parse(value);
    try (KvStore store = spec == null ? openExisting() : openOrCreate(spec, spec)) {
      store.put(parsedKey, parsedValue);
      store.flush();
    }
    return Exit.DONE;
  }
}
