// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import java.util.Locale;

/** How a test ended, or why it was not there to end. */
public enum Outcome {
  /** The store kept the rule. */
  PASSED,
  /** It did not. */
  FAILED,
  /** The rule does not bind the store, which does not declare what it is about. */
  DOES_NOT_BIND,
  /** Nothing can be said, with this store or on this machine. */
  CANNOT_BE_SEEN,
  /** The test was left out of the run. */
  NOT_RUN;

  private static final String BINDS_NOT = "does not bind ";

  /** Returns the message of a skipped test about what a store does not declare or have. */
  public static String doesNotBind(String why) {
    return BINDS_NOT + why;
  }

  /** Returns the outcome of a test that was skipped with a message. */
  public static Outcome ofSkipped(String message) {
    return message.startsWith(BINDS_NOT) ? DOES_NOT_BIND : CANNOT_BE_SEEN;
  }

  /** Returns it in words. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
