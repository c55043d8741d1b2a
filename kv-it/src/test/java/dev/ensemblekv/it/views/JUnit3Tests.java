// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.views;

import static org.junit.jupiter.api.Assertions.assertAll;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * Turns the suites of JUnit 3, which testlib builds, into dynamic tests of JUnit Jupiter.
 *
 * <p>All cases about one collection of one size become one test, which runs each and tells of all
 * that failed: there are tens of thousands, and reporting each would take longer than running it.
 */
final class JUnit3Tests {
  private JUnit3Tests() {}

  /** Returns the tree of a suite with all its tests. */
  static DynamicContainer asDynamicTests(TestSuite suite) {
    List<DynamicNode> nodes = new ArrayList<>();
    List<TestCase> cases = new ArrayList<>();
    for (Test test : Collections.list(suite.tests())) {
      if (test instanceof TestSuite inner && hasSuites(inner)) {
        nodes.add(asDynamicTests(inner));
      } else {
        collect(test, cases);
      }
    }
    if (!cases.isEmpty()) {
      nodes.add(DynamicTest.dynamicTest(cases.size() + " cases", () -> runAll(cases)));
    }
    return DynamicContainer.dynamicContainer(suite.getName(), nodes);
  }

  private static boolean hasSuites(TestSuite suite) {
    return Collections.list(suite.tests()).stream().anyMatch(TestSuite.class::isInstance);
  }

  private static void collect(Test test, List<TestCase> cases) {
    if (test instanceof TestSuite suite) {
      Collections.list(suite.tests()).forEach(inner -> collect(inner, cases));
    } else {
      cases.add((TestCase) test);
    }
  }

  private static void runAll(List<TestCase> cases) {
    assertAll(cases.stream().map(testCase -> () -> run(testCase)));
  }

  private static void run(TestCase testCase) throws Throwable {
    try {
      testCase.runBare();
    } catch (Throwable e) {
      throw new AssertionError(testCase + " failed: " + e, e);
    }
  }
}
