// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A test of the suite, and what it is evidence of.
 *
 * @param id its chapter and method
 * @param name what it says of a store
 * @param rule the rule that it is named after
 * @param also other rules that it holds a store to
 * @param partly whether it sees too little for a rule to count as seen by it alone
 */
public record Check(String id, String name, String rule, List<String> also, boolean partly) {
  /** Returns all rules that a store breaks, perhaps, if the test fails. */
  List<String> rules() {
    List<String> rules = new ArrayList<>(List.of(rule));
    rules.addAll(also);
    return rules;
  }
}
