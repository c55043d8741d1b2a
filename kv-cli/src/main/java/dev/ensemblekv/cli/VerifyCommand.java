// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads and checks everything in a store. */
@Command(
    name = "verify",
    description = {
      "Read and check everything in a store, without changing it; name what is bad and where.",
      "Exits with 3 if anything is."
    })
final class VerifyCommand extends StoreCommand {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  VerifyCommand(Shell shell, Root root) {
    super(shell, root);
  }

  /** What was found. */
  private record Findings(long items, String unit, long count, List<KvTask.Problem> problems) {
    static Findings of(KvException e, long items, String unit) {
      Path path = e.path().orElse(null);
      // The message names the path by itself.
      return new Findings(
          items, unit, 1, List.of(new KvTask.Problem(String.valueOf(e.getMessage()), path)));
    }
  }

  @Override
  public Integer call() {
    Findings findings = verify();
    if (json) {
      printJson(findings);
    } else {
      print(findings);
    }
    return findings.count == 0 ? Exit.DONE : Exit.FAILED;
  }

  private Findings verify() {
    try (KvStore store = openReadOnly()) {
      KvTask task = store.verify();
      try {
        KvTask.Result result = Progress.watch(shell(), task);
        return new Findings(result.items(), task.unit(), result.problemCount(), result.problems());
      } catch (KvException e) {
        return Findings.of(e, task.done(), task.unit());
      }
    } catch (CorruptionException e) {
      return Findings.of(e, 0, "keys");
    }
  }

  private void print(Findings findings) {
    for (KvTask.Problem problem : findings.problems) {
      Path path = problem.path();
      boolean named = path == null || problem.message().contains(path.toString());
      out().line(KeyText.oneLine(problem.message() + (named ? "" : " [" + path + "]")));
    }
    long unnamed = findings.count - findings.problems.size();
    if (unnamed > 0) {
      out().line("and " + Figures.count(unnamed) + " more");
    }
    out()
        .line(
            directory()
                + ": checked "
                + Figures.count(findings.items)
                + " "
                + findings.unit
                + ", found "
                + (findings.count == 0
                    ? "nothing wrong"
                    : Figures.count(findings.count, "problem")));
  }

  private void printJson(Findings findings) {
    ObjectNode document = Json.object();
    document.put("ok", findings.count == 0);
    document.put("checked", findings.items).put("unit", findings.unit);
    document.put("problemCount", findings.count);
    ArrayNode problems = document.putArray("problems");
    for (KvTask.Problem problem : findings.problems) {
      Path path = problem.path();
      ObjectNode object = problems.addObject().put("message", problem.message());
      if (path != null) {
        object.put("path", path.toString());
      }
    }
    Json.print(out(), document);
  }
}
