// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import dev.ensemblekv.api.KvFeature;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a store reached a level.
 *
 * @param because why it did not, in sentences; empty if it did
 */
public record Verdict(Level level, State state, List<String> because) {
  /** How far a store came. */
  public enum State {
    /** It declares what the level needs, and kept all rules of it. */
    REACHED,
    /** It does not declare what the level needs. */
    NOT_DECLARED,
    /** Some rule of the level was not seen kept in this run, and none broken. */
    NOT_SHOWN,
    /** A test of a rule of the level failed. */
    FAILED;

    /** Returns it in words. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  static Verdict of(Level level, Subject subject, List<TestResult> results) {
    List<String> failed =
        results.stream()
            .filter(result -> result.is(Outcome.FAILED))
            .filter(result -> result.check().rules().stream().anyMatch(level.rules()::contains))
            .map(result -> "failed: " + result.check().name())
            .toList();
    if (!failed.isEmpty()) {
      return new Verdict(level, State.FAILED, failed);
    }
    List<String> missing = missing(level, subject);
    if (!missing.isEmpty() && !subject.features().isEmpty()) {
      return new Verdict(level, State.NOT_DECLARED, missing);
    }
    List<String> unseen = unseen(level, results);
    return new Verdict(level, unseen.isEmpty() ? State.REACHED : State.NOT_SHOWN, unseen);
  }

  private static List<String> missing(Level level, Subject subject) {
    List<String> missing = new ArrayList<>();
    Set<KvFeature> features = EnumSet.noneOf(KvFeature.class);
    features.addAll(level.needs());
    features.removeAll(subject.features());
    features.forEach(feature -> missing.add("does not declare " + feature));
    if (level == Level.ENSEMBLE_READY && subject.isLayer()) {
      missing.add("is a layer, and ensembles are made of leaves");
    }
    return missing;
  }

  private static List<String> unseen(Level level, List<TestResult> results) {
    List<String> unseen = new ArrayList<>();
    List<TestResult> notRun =
        results.stream()
            .filter(result -> result.is(Outcome.NOT_RUN))
            .filter(result -> level.rules().contains(result.check().rule()))
            .toList();
    if (!notRun.isEmpty()) {
      String first = notRun.get(0).check().name();
      unseen.add(notRun.size() + " of its tests did not run, the first is: " + first);
    }
    for (String rule : level.rulesToBeSeen()) {
      if (notRun.stream().noneMatch(result -> result.check().rule().equals(rule))
          && binds(rule, results)
          && !isSeen(rule, results)) {
        unseen.add("KV-" + rule + " was not seen: " + reasons(rule, results));
      }
    }
    return unseen;
  }

  private static boolean binds(String rule, List<TestResult> results) {
    return results.stream()
        .anyMatch(
            result -> result.check().rule().equals(rule) && !result.is(Outcome.DOES_NOT_BIND));
  }

  private static boolean isSeen(String rule, List<TestResult> results) {
    return results.stream()
        .anyMatch(
            result ->
                result.is(Outcome.PASSED)
                    && !result.check().partly()
                    && result.check().rules().contains(rule));
  }

  private static String reasons(String rule, List<TestResult> results) {
    return results.stream()
        .filter(result -> result.check().rules().contains(rule) && !result.reason().isEmpty())
        .filter(result -> !result.is(Outcome.DOES_NOT_BIND))
        .map(TestResult::reason)
        .distinct()
        .collect(Collectors.joining("; "));
  }
}
