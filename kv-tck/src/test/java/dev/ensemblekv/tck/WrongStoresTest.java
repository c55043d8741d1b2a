// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedMethod;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** The suite's own test: each store that is wrong on purpose is caught, by the test of its rule. */
class WrongStoresTest {
  private static final List<Class<?>> HOLDERS =
      List.of(
          WrongKeysAndValues.class,
          WrongPointOperations.class,
          WrongUnderLoad.class,
          WrongIteration.class,
          WrongBatches.class,
          WrongLifecycle.class,
          WrongFaultsAndHonesty.class,
          WrongOnMachine.class);

  static Stream<Named<Class<?>>> wrongStores() {
    return HOLDERS.stream()
        .flatMap(holder -> Arrays.stream(holder.getDeclaredClasses()))
        .filter(type -> type.isAnnotationPresent(CaughtBy.class))
        .<Named<Class<?>>>map(type -> Named.of(caughtBy(type).rule() + " " + words(type), type))
        .sorted((left, right) -> left.getName().compareTo(right.getName()));
  }

  private static CaughtBy caughtBy(Class<?> type) {
    return type.getAnnotation(CaughtBy.class);
  }

  private static String words(Class<?> type) {
    return type.getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ");
  }

  @ParameterizedTest
  @MethodSource("wrongStores")
  void aWrongStoreIsCaughtByTheTestOfItsRule(Class<?> wrongStore) {
    CaughtBy caughtBy = caughtBy(wrongStore);
    Events tests =
        EngineTestKit.engine("junit-jupiter")
            .selectors(testsOf(caughtBy, wrongStore))
            .execute()
            .testEvents();
    assertThat(tests.started().count()).as("tests that ran").isPositive();
    skipIfTheMachineCannot(tests);
    List<String> failures =
        tests.failed().stream().map(WrongStoresTest::describe).collect(Collectors.toList());
    assertThat(failures)
        .as("failures of the tests of KV-%s", caughtBy.rule())
        .isNotEmpty()
        .allMatch(failure -> failure.startsWith("KV-" + caughtBy.rule() + " "))
        .anyMatch(failure -> failure.contains(caughtBy.saying()));
  }

  /** What no test sees on this machine, for want of a command or a right, is not caught there. */
  private static void skipIfTheMachineCannot(Events tests) {
    List<String> skipped =
        tests.aborted().stream().map(WrongStoresTest::describe).collect(Collectors.toList());
    Assumptions.assumeFalse(
        tests.failed().count() == 0
            && skipped.stream().anyMatch(reason -> reason.contains("on this machine: ")),
        () -> String.join("; ", skipped));
  }

  private static String describe(Event event) {
    String message =
        event
            .getPayload(TestExecutionResult.class)
            .flatMap(TestExecutionResult::getThrowable)
            .map(Throwable::toString)
            .orElse("");
    return event.getTestDescriptor().getDisplayName() + ": " + message;
  }

  private static boolean isOnMachine(Method test) {
    Tag tag = test.getAnnotation(Tag.class);
    return tag != null && tag.value().equals(KvStoreTck.MACHINE);
  }

  private static List<DiscoverySelector> testsOf(CaughtBy caughtBy, Class<?> testClass) {
    List<DiscoverySelector> selectors = new ArrayList<>();
    for (Class<?> chapter : chapters()) {
      for (Method test : tests(chapter)) {
        if (test.getAnnotation(Rule.class).value().equals(caughtBy.rule())
            && isOnMachine(test) == caughtBy.onMachine()
            && test.getAnnotation(DisplayName.class).value().contains(caughtBy.by())) {
          selectors.add(
              selectNestedMethod(
                  List.of(testClass),
                  chapter,
                  test.getName(),
                  Arrays.stream(test.getParameterTypes())
                      .map(Class::getName)
                      .collect(Collectors.joining(","))));
        }
      }
    }
    return selectors;
  }

  private static List<Class<?>> chapters() {
    return Arrays.stream(KvStoreTck.class.getDeclaredClasses())
        .filter(type -> type.isAnnotationPresent(Nested.class))
        .collect(Collectors.toList());
  }

  private static List<Method> tests(Class<?> chapter) {
    return Arrays.stream(chapter.getSuperclass().getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Test.class))
        .collect(Collectors.toList());
  }

  @Test
  void eachTestIsNamedAfterItsRule() {
    for (Class<?> chapter : chapters()) {
      assertThat(tests(chapter)).as("%s", chapter).isNotEmpty();
      for (Method test : tests(chapter)) {
        assertThat(test.isAnnotationPresent(Rule.class)).as("%s has a rule", test).isTrue();
        assertThat(test.getAnnotation(DisplayName.class).value())
            .startsWith("KV-" + test.getAnnotation(Rule.class).value() + " ");
        assertThat(chapter.getAnnotation(DisplayName.class).value())
            .startsWith("KV-" + test.getAnnotation(Rule.class).value().charAt(0) + " ");
      }
    }
  }

  @Test
  void eachRuleHasAWrongStore() {
    Set<String> rules = new TreeSet<>();
    chapters()
        .forEach(
            chapter ->
                tests(chapter).forEach(test -> rules.add(test.getAnnotation(Rule.class).value())));
    Set<String> caught =
        wrongStores()
            .map(wrongStore -> caughtBy(wrongStore.getPayload()).rule())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(caught).isEqualTo(rules);
  }

  @Test
  void thereAreManyWaysToBeWrong() {
    assertThat(wrongStores().count()).isGreaterThanOrEqualTo(40);
  }
}
