// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.views;

import java.util.Collections;
import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/** Turns the suites of JUnit 3, which testlib builds, into dynamic tests of JUnit Jupiter. */
final class JUnit3Tests {
  private JUnit3Tests() {}

  /** Returns the tree of a suite with all its tests. */
  static DynamicContainer asDynamicTests(TestSuite suite) {
    return DynamicContainer.dynamicContainer(
        suite.getName(), Collections.list(suite.tests()).stream().map(JUnit3Tests::asDynamicNode));
  }

  private static DynamicNode asDynamicNode(Test test) {
    if (test instanceof TestSuite suite) {
      return asDynamicTests(suite);
    }
    TestCase testCase = (TestCase) test;
    return DynamicTest.dynamicTest(testCase.getName(), testCase::runBare);
  }
}
