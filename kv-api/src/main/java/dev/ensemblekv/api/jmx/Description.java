// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.jmx;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The text that consoles show with a bean, an attribute, an operation or a parameter. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER})
public @interface Description {

  /** Returns what it is, in a sentence with its unit. */
  String value();

  /** Returns the name of a parameter, which is not known otherwise. */
  String name() default "";
}
