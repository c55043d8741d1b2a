// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What was not stored: all of it is counted, the first of it named. Links and special files, which
 * hold nothing of their own, are left out without being a fault. Thread-safe.
 */
final class Skips {
  private static final int NAMED = 20;

  private record Skip(String name, String reason) {}

  // Guarded by this.
  private final List<Skip> first = new ArrayList<>();
  private long count;
  private long links;
  private long specialFiles;

  synchronized void add(String name, String reason) {
    count++;
    if (first.size() < NAMED) {
      first.add(new Skip(name, reason));
    }
  }

  synchronized void addLink() {
    links++;
  }

  synchronized void addSpecialFile() {
    specialFiles++;
  }

  synchronized long count() {
    return count;
  }

  synchronized void print(Shell shell) {
    for (Skip skip : first) {
      shell.note("skipped " + skip.name + ": " + skip.reason);
    }
    if (count > first.size()) {
      shell.note("skipped " + Figures.count(count - first.size()) + " more");
    }
    if (links + specialFiles > 0) {
      shell.note(
          "left out "
              + Figures.count(links, "symbolic link")
              + " and "
              + Figures.count(specialFiles, "special file"));
    }
  }

  synchronized void addTo(ObjectNode json) {
    json.put("skipped", count);
    ArrayNode named = json.putArray("firstSkipped");
    first.forEach(skip -> named.addObject().put("name", skip.name).put("reason", skip.reason));
    json.put("links", links).put("specialFiles", specialFiles);
  }
}
