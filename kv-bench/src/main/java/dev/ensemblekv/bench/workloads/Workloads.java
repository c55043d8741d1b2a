// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

/** The workloads that have a name: those of a list of ours, and those that a command defines. */
final class Workloads {
  private static final String LIST = "workloads.properties";

  private final Properties descriptions = new Properties();

  Workloads(Map<String, String> defined) {
    try (InputStream in = Workloads.class.getResourceAsStream(LIST)) {
      if (in == null) {
        throw new IllegalStateException(LIST + " is not on the class path");
      }
      descriptions.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    descriptions.putAll(defined);
  }

  /**
   * Finds a workload.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  Workload get(String name) {
    String description = descriptions.getProperty(name);
    if (description == null) {
      throw new IllegalArgumentException(
          "there is no workload '"
              + name
              + "'; there are load, "
              + String.join(", ", new TreeSet<>(descriptions.stringPropertyNames())));
    }
    return Workload.parse(name, description);
  }
}
