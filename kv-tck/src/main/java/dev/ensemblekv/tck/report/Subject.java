// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import dev.ensemblekv.api.KvFeature;
import java.util.Map;
import java.util.Set;

/**
 * A store under test.
 *
 * @param testClass the class that extends the suite
 * @param options those it is opened with, where they are not the defaults
 * @param isLayer whether it stands on other stores
 * @param features what the opened store declares; empty as well if none was opened
 * @param versions of all that took part: framework, backend, engine, JDK, operating system
 */
public record Subject(
    String testClass,
    String spec,
    Map<String, String> options,
    boolean isLayer,
    Set<KvFeature> features,
    Map<String, String> versions) {

  /** Returns the spec, with the options if there are any. */
  String title() {
    return options.isEmpty() ? spec : spec + " " + options;
  }
}
