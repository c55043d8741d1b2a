// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.jmx;

import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * Long work of a store, such as verifying it, under {@code dev.ensemblekv:type=Task,task=3,
 * store=NAME}, whoever began it. The last 16 that ended stay to be looked at.
 */
@Description("Long work of a store, to be watched and cancelled.")
public interface TaskMXBean {

  /** Returns its number. */
  @Description("Number of the task in its store, from 1.")
  long getId();

  /** Returns what it does. */
  @Description("What the task does, such as verify.")
  String getOperation();

  /** Returns how it is. */
  @Description("RUNNING, SUCCEEDED, FAILED or CANCELLED.")
  String getState();

  /** Returns what its progress counts. */
  @Description("What the progress counts, such as keys.")
  String getUnit();

  /** Returns how many units are done. */
  @Description("Units that are done.")
  long getDone();

  /** Returns how many units there are. */
  @Description("Units that there are in all, exactly or at most; -1 if that is not known.")
  long getTotal();

  /** Returns how far it has come. */
  @Description("How far the task has come, from 0 to 1; NaN if that is not known.")
  double getProgress();

  /** Returns how long it may still take. */
  @Description("Estimate of the time to the end at the pace so far, in milliseconds; -1: unknown.")
  long getRemainingMillis();

  /** Returns when it was started. */
  @Description("When the task was started.")
  Date getStarted();

  /** Returns when it ended. */
  @Description("When the task ended; null before.")
  @Nullable Date getEnded();

  /** Returns how many problems it found. */
  @Description("Problems that the task found so far and went on after.")
  long getProblemCount();

  /** Returns what it came to. */
  @Description("What the task came to, with the first problems it found; empty while it runs.")
  String getResult();

  /** Returns why it failed. */
  @Description("Why the task failed; empty if it did not.")
  String getError();

  /** Waits for the end. */
  @Description(
      "Waits for the end, for a minute at most, and returns whether the task is at its end.")
  boolean await(
      @Description(name = "millis", value = "How long to wait at most, in milliseconds.")
          long millis);

  /** Asks the task to end. */
  @Description("Asks the task to end at its next step.")
  void cancel();
}
