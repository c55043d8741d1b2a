// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of a store as a command line gives them. */
final class Settings {
  @Option(
      names = "--set",
      paramLabel = "OPTION=VALUE",
      description = "An option of the store; 'kv backends --verbose' lists them. Repeatable.")
  private Map<String, String> values = new LinkedHashMap<>();

  /** Returns values by names, neither of them checked. */
  Map<String, String> values() {
    return values;
  }
}
