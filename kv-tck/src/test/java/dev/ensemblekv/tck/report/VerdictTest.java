// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.tck.report.Verdict.State;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {
  private static final Set<KvFeature> EVERYTHING = EnumSet.allOf(KvFeature.class);

  private final List<TestResult> results = new ArrayList<>();

  /** Has one test for each rule pass. */
  VerdictTest() {
    for (Level level : Level.values()) {
      level.ownRules().forEach(rule -> results.add(result(check(rule), Outcome.PASSED, "")));
    }
  }

  private static Check check(String rule, String... also) {
    return new Check("test of " + rule, "KV-" + rule + " holds", rule, List.of(also), false);
  }

  private static TestResult result(Check check, Outcome outcome, String reason) {
    return new TestResult(check, outcome, reason, null, 1);
  }

  private void replace(String rule, Outcome outcome, String reason) {
    results.removeIf(result -> result.check().rule().equals(rule));
    results.add(result(check(rule), outcome, reason));
  }

  private Verdict verdict(Level level, Set<KvFeature> features) {
    Subject subject = new Subject("MyTest", "my", Map.of(), false, features, Map.of());
    return Verdict.of(level, subject, results);
  }

  private Verdict verdict(Level level) {
    return verdict(level, EVERYTHING);
  }

  @ParameterizedTest
  @EnumSource
  void aStoreThatDeclaresAndKeepsAllReachesEachLevel(Level level) {
    assertThat(verdict(level)).isEqualTo(new Verdict(level, State.REACHED, List.of()));
  }

  @ParameterizedTest
  @EnumSource
  void aFailureOfCoreFailsEachLevel(Level level) {
    replace("1.3", Outcome.FAILED, "null was taken");

    assertThat(verdict(level))
        .isEqualTo(new Verdict(level, State.FAILED, List.of("failed: KV-1.3 holds")));
  }

  @Test
  void aFailureOfALevelFailsThoseThatIncludeItAndNoOther() {
    replace("5.2", Outcome.FAILED, "lost");

    assertThat(verdict(Level.POWER_SAFE).state()).isEqualTo(State.FAILED);
    assertThat(verdict(Level.ENSEMBLE_READY).state()).isEqualTo(State.FAILED);
    assertThat(verdict(Level.CRASH_SAFE).state()).isEqualTo(State.REACHED);
  }

  @Test
  void aFailedTestCountsAgainstTheOtherRulesThatItChecks() {
    results.add(result(check("5.1", "4.2"), Outcome.FAILED, "half a batch"));

    assertThat(verdict(Level.ATOMIC).state()).isEqualTo(State.FAILED);
  }

  @Test
  void aLevelIsNotReachedWithoutWhatItNeeds() {
    Set<KvFeature> features = EnumSet.complementOf(EnumSet.of(KvFeature.ORDERED));

    assertThat(verdict(Level.ORDERED, features))
        .isEqualTo(
            new Verdict(Level.ORDERED, State.NOT_DECLARED, List.of("does not declare ORDERED")));
    assertThat(verdict(Level.CORE, features).state()).isEqualTo(State.REACHED);
  }

  @Test
  void anIncludedLevelIsNeededToo() {
    Set<KvFeature> features = EnumSet.complementOf(EnumSet.of(KvFeature.PERSISTENT));

    assertThat(verdict(Level.ENSEMBLE_READY, features).because())
        .containsExactly("does not declare PERSISTENT");
  }

  @Test
  void aLayerIsNotReadyForEnsembles() {
    Subject layer = new Subject("MyTest", "layer:my", Map.of(), true, EVERYTHING, Map.of());

    assertThat(Verdict.of(Level.ENSEMBLE_READY, layer, results).state())
        .isEqualTo(State.NOT_DECLARED);
    assertThat(Verdict.of(Level.POWER_SAFE, layer, results).state()).isEqualTo(State.REACHED);
  }

  @Test
  void aRuleThatTheMachineCannotShowLeavesTheLevelUnshown() {
    replace("5.2", Outcome.CANNOT_BE_SEEN, "cannot be seen on this machine: only root may");

    assertThat(verdict(Level.POWER_SAFE))
        .isEqualTo(
            new Verdict(
                Level.POWER_SAFE,
                State.NOT_SHOWN,
                List.of("KV-5.2 was not seen: cannot be seen on this machine: only root may")));
  }

  @Test
  void anotherTestMayShowTheRule() {
    replace("5.2", Outcome.CANNOT_BE_SEEN, "only root may mount file systems");
    results.add(result(check("5.3", "5.2"), Outcome.PASSED, ""));

    assertThat(verdict(Level.POWER_SAFE).state()).isEqualTo(State.REACHED);
  }

  @Test
  void aTestThatSeesARuleOnlyPartlyDoesNotShowIt() {
    replace("5.2", Outcome.CANNOT_BE_SEEN, "only root may mount file systems");
    results.add(
        result(
            new Check("reopening", "KV-5.2 reopens", "5.2", List.of(), true), Outcome.PASSED, ""));

    assertThat(verdict(Level.POWER_SAFE).state()).isEqualTo(State.NOT_SHOWN);
  }

  @Test
  void aRuleThatDoesNotBindNeedNotBeSeen() {
    replace("5.3", Outcome.DOES_NOT_BIND, "does not declare SYNC_WRITES");

    assertThat(verdict(Level.POWER_SAFE).state()).isEqualTo(State.REACHED);
  }

  @Test
  void readErrorsNeedNotBeSeenOfAStoreThatReadsNothing() {
    replace("3.3", Outcome.CANNOT_BE_SEEN, "it keeps its files elsewhere");

    assertThat(verdict(Level.CORE).state()).isEqualTo(State.REACHED);
  }

  @Test
  void aTestThatWasLeftOutLeavesItsLevelUnshown() {
    results.add(result(check("3.3"), Outcome.NOT_RUN, "left out of the run"));

    assertThat(verdict(Level.CORE).state()).isEqualTo(State.NOT_SHOWN);
    assertThat(verdict(Level.CORE).because())
        .containsExactly("1 of its tests did not run, the first is: KV-3.3 holds");
  }

  @Test
  void aStoreThatWasNeverOpenedShowsNothing() {
    results.clear();
    results.add(result(check("3.4"), Outcome.NOT_RUN, "left out of the run"));

    assertThat(verdict(Level.ORDERED, Set.of()).state()).isEqualTo(State.NOT_SHOWN);
  }
}
