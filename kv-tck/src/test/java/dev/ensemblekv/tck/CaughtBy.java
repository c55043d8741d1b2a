// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The rule whose tests must catch a wrong store, and what their failure must say. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface CaughtBy {
  /** The id of the rule. */
  String rule();

  /** A part of the message, so that it is caught for what is wrong with it. */
  String saying();

  /** Whether the tests that make faults happen on this machine must catch it, or the others. */
  boolean onMachine() default false;

  /** A part of the name of the only test to run, where those of the rule take long together. */
  String by() default "";
}
