// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Map;

/**
 * A store as JMX shows it, under {@code dev.ensemblekv:type=Store,store=NAME}; a substore, where
 * the option {@code substoreMBeans} asks for it, under the same with {@code ,substore=0007}. Every
 * attribute is read from {@link KvStore#stats()}: without I/O, in constant time.
 */
public interface KvStoreMXBean {

  /** Returns the name of the store. */
  String getName();

  /** Returns the spec it was opened with. */
  String getSpec();

  /** Returns the name of its {@link KvState}. */
  String getState();

  /** Returns why it is not open and well; empty if it is. */
  String getProblem();

  /** Returns the declared features. */
  String[] getFeatures();

  /** Returns all figures by name; units and meanings are in {@link #getMetricTexts()}. */
  Map<String, Double> getMetrics();

  /** Returns what each figure means, with its unit and whether it is exact, by name. */
  Map<String, String> getMetricTexts();

  /** Returns what is told in words, by name. */
  Map<String, String> getFacts();

  /** Returns the number of substores; 0 for a store that has none. */
  int getSubstoreCount();

  /** Makes every write completed so far survive a loss of power. */
  void flush();
}
