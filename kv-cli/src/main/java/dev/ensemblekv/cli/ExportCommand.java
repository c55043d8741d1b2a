// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ensemblekv.api.KvStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes all pairs as JSON Lines. */
@Command(
    name = "export",
    description = {
      "Write all pairs as JSON Lines, in key order if the store has one: {\"key\":...,\"value\":...},",
      "with keyBase64 or valueBase64 for what is not UTF-8. The command import reads it."
    })
final class ExportCommand extends StoreCommand {
  private static final String STANDARD_OUTPUT = "-";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "Replaced when everything is written; - or nothing: the standard output.")
  private String file = STANDARD_OUTPUT;

  ExportCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() throws IOException {
    try (KvStore store = openReadOnly()) {
      if (file.equals(STANDARD_OUTPUT)) {
        write(store, out(), shell().errIsTerminal() && !shell().outIsTerminal());
      } else {
        exportTo(store, Path.of(file));
      }
    }
    return Exit.DONE;
  }

  private void exportTo(KvStore store, Path target) throws IOException {
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      write(store, target); // a pipe or a device, which must not be replaced by a file
      return;
    }
    Path temporary =
        target.resolveSibling(target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    shell().closers().add(() -> Files.deleteIfExists(temporary));
    try {
      write(store, temporary);
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private void write(KvStore store, Path target) throws IOException {
    try (OutputStream stream = Files.newOutputStream(target);
        Output output = new Output(stream)) {
      write(store, output, shell().errIsTerminal());
    }
  }

  private void write(KvStore store, OutputStream output, boolean showProgress) throws IOException {
    JsonGenerator lines = PairJson.lines(output);
    boolean any = false;
    long expected = Progress.expectedPairs(store);
    try (Progress progress =
            showProgress ? Progress.start(shell(), "export", "pairs", expected) : Progress.none();
        Walk walk = Walk.over(store)) {
      for (; walk.next(); any = true) {
        PairJson.write(lines, walk.key(), walk.value());
        progress.step(1);
      }
    }
    lines.flush();
    if (any) {
      output.write('\n');
    }
  }
}
