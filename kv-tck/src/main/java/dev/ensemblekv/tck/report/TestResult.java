// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import org.jspecify.annotations.Nullable;

/**
 * How a test ended with a store.
 *
 * @param reason why it failed, was skipped or was not run; empty if it passed
 * @param seed what repeats it; {@code null} if it draws nothing
 */
public record TestResult(
    Check check, Outcome outcome, String reason, @Nullable Long seed, long millis) {
  boolean is(Outcome expected) {
    return outcome == expected;
  }
}
