// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import java.util.Map;
import java.util.TreeMap;

/** The names in a simulated directory: as programs see them, and as they are on the medium. */
final class DirectoryContent extends SimulatedNode {
  final Map<String, SimulatedNode> live = new TreeMap<>();
  final Map<String, SimulatedNode> durable = new TreeMap<>();
}
