// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The rule of the contract that a test holds a store to. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Rule {
  /** Returns the id of the rule, such as {@code 3.3}. */
  String value();

  /** Returns the ids of other rules that the test holds a store to as well. */
  String[] also() default {};

  /** Tells whether the test sees so little that it does not show the rule to be kept by itself. */
  boolean partly() default false;
}
