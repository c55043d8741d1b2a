// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

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
    Attributes values = bean.read(ATTRIBUTES);
    return new RemoteTask(
        values.number("Id"),
        values.text("Operation"),
        values.text("State"),
        values.text("Unit"),
        values.number("Done"),
        values.number("Total"),
        values.number("ProblemCount"),
        values.text("Result"),
        values.text("Error"));
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
