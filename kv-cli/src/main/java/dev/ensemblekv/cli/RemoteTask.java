// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * How a task of another process stands.
 *
 * @param state {@code RUNNING}, {@code SUCCEEDED}, {@code FAILED} or {@code CANCELLED}
 * @param result what it came to; empty while it runs
 * @param error why it failed; empty if it did not
 */
record RemoteTask(
    long id,
    String operation,
    String state,
    String unit,
    long done,
    long total,
    long problems,
    String result,
    String error) {
  private static final String[] ATTRIBUTES = {
    "Id", "Operation", "State", "Unit", "Done", "Total", "ProblemCount", "Result", "Error"
  };

  static RemoteTask read(ManagedBean bean) {
    Map<String, Object> values = bean.read(ATTRIBUTES);
    return new RemoteTask(
        number(values, "Id"),
        text(values, "Operation"),
        text(values, "State"),
        text(values, "Unit"),
        number(values, "Done"),
        number(values, "Total"),
        number(values, "ProblemCount"),
        text(values, "Result"),
        text(values, "Error"));
  }

  private static long number(Map<String, Object> values, String name) {
    return values.get(name) instanceof Long value ? value : Progress.UNKNOWN;
  }

  private static String text(Map<String, Object> values, String name) {
    return String.valueOf(values.get(name));
  }

  boolean isRunning() {
    return state.equals("RUNNING");
  }

  /** Returns the exit code of a command that waited for it. */
  int exitCode() {
    return switch (state) {
      case "SUCCEEDED" -> problems == 0 ? Exit.DONE : Exit.FAILED;
      case "CANCELLED" -> Exit.INCOMPLETE;
      default -> Exit.FAILED;
    };
  }

  /** Says in a line how it stands. */
  String line() {
    String progress =
        Figures.count(done) + (total < 0 ? "" : " of " + Figures.count(total)) + " " + unit;
    String outcome = error.isEmpty() ? result : error;
    return KeyText.oneLine(
        operation
            + " (task "
            + id
            + "): "
            + (isRunning() ? progress : state + (outcome.isEmpty() ? "" : ", " + outcome)));
  }

  ObjectNode json() {
    return Json.object()
        .put("id", id)
        .put("operation", operation)
        .put("state", state)
        .put("unit", unit)
        .put("done", done)
        .put("total", total)
        .put("problemCount", problems)
        .put("result", result)
        .put("error", error);
  }
}
