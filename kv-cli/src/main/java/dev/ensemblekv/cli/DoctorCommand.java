// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Finds out whether stores work here. */
@Command(
    name = "doctor",
    description = {
      "Look at Java, the system and the file systems, and try every backend in a temporary",
      "directory; say what is wrong and what to do. Exits with 3 if something does not work."
    })
final class DoctorCommand extends KvCommand {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  DoctorCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    List<Check> checks = new ArrayList<>(SystemChecks.all(Path.of("").toAbsolutePath(), temporary));
    checks.addAll(backends());
    if (json) {
      printJson(checks);
    } else {
      checks.forEach(this::print);
    }
    boolean broken = checks.stream().anyMatch(check -> check.verdict() == Check.Verdict.BROKEN);
    return broken ? Exit.FAILED : Exit.DONE;
  }

  private List<Check> backends() {
    try {
      Path directory = Files.createTempDirectory("kv-doctor");
      shell().closers().add(() -> DiskFiles.deleteTree(Disk.real(), directory));
      try {
        return new BackendChecks(shell().environment(), directory, this::showTrace).all();
      } finally {
        DiskFiles.deleteTree(Disk.real(), directory);
      }
    } catch (IOException e) {
      return List.of(
          Check.broken(
              "backends",
              "not tried: " + Errors.describe(e),
              "make the temporary directory writable, or choose another with"
                  + " JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=..."));
    }
  }

  private void showTrace(Throwable failure) {
    if (isVerbose()) {
      failure.printStackTrace(shell().err());
    }
  }

  private void print(Check check) {
    String verdict = check.verdict().name().toLowerCase(Locale.ROOT);
    out().line(String.format(Locale.ROOT, "%-7s%-22s%s", verdict, check.what(), check.finding()));
    if (!check.advice().isEmpty()) {
      out().line(" ".repeat(29) + "-> " + check.advice());
    }
  }

  private void printJson(List<Check> checks) {
    ObjectNode document = Json.object();
    document.put("ok", checks.stream().noneMatch(check -> check.verdict() == Check.Verdict.BROKEN));
    ArrayNode list = document.putArray("checks");
    for (Check check : checks) {
      list.addObject()
          .put("what", check.what())
          .put("verdict", check.verdict().name().toLowerCase(Locale.ROOT))
          .put("finding", check.finding())
          .put("advice", check.advice());
    }
    Json.print(out(), document);
  }
}
