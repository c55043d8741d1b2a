// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvTask;
import java.nio.file.Path;
import java.util.List;

/**
 * What a task went through and found wrong.
 *
 * @param count how many problems there are, of which the first are listed
 */
record Findings(long items, String unit, long count, List<KvTask.Problem> problems) {

  static Findings of(KvTask.Result result, String unit) {
    return new Findings(result.items(), unit, result.problemCount(), result.problems());
  }

  /** Returns the one thing that ended everything. */
  static Findings of(KvException e, long items, String unit) {
    Path path = e.path().orElse(null);
    // The message names the path by itself.
    return new Findings(
        items, unit, 1, List.of(new KvTask.Problem(String.valueOf(e.getMessage()), path)));
  }

  /**
   * Prints the problems, a line each, and what was done.
   *
   * @param done what was done with the items
   */
  void print(Output out, String done) {
    for (KvTask.Problem problem : problems) {
      Path path = problem.path();
      boolean named = path == null || problem.message().contains(path.toString());
      out.line(KeyText.oneLine(problem.message() + (named ? "" : " [" + path + "]")));
    }
    long unnamed = count - problems.size();
    if (unnamed > 0) {
      out.line("and " + Figures.count(unnamed) + " more");
    }
    out.line(
        done
            + " "
            + Figures.count(items)
            + " "
            + unit
            + ", found "
            + (count == 0 ? "nothing wrong" : Figures.count(count, "problem")));
  }

  /**
   * Prints the same as JSON.
   *
   * @param done the name of the number of items
   */
  void printJson(Output out, String done) {
    ObjectNode document = Json.object();
    document.put("ok", count == 0);
    document.put(done, items).put("unit", unit);
    document.put("problemCount", count);
    ArrayNode array = document.putArray("problems");
    for (KvTask.Problem problem : problems) {
      Path path = problem.path();
      ObjectNode object = array.addObject().put("message", problem.message());
      if (path != null) {
        object.put("path", path.toString());
      }
    }
    Json.print(out, document);
  }
}
