// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.ProcessFacts;
import java.util.Map;

/**
 * The memory of this process that is in no file's pages.
 *
 * @param liveHeapBytes what a full collection leaves on the heap
 * @param anonymousBytes what is resident, all of the heap included
 */
record Footprint(double liveHeapBytes, double anonymousBytes) {

  static Footprint now() {
    return new Footprint(ProcessFacts.liveHeapBytes(), ProcessFacts.anonymousBytes());
  }

  /**
   * Tells what has been added since another moment. As the heap is resident from the beginning, any
   * growth of the rest is outside it: of the engine, and of the JVM that compiles its code.
   */
  void since(Footprint before, Map<Figure, Double> figures) {
    figures.put(Figure.HEAP, liveHeapBytes - before.liveHeapBytes);
    figures.put(Figure.OFF_HEAP, anonymousBytes - before.anonymousBytes);
    figures.put(Figure.ANONYMOUS, anonymousBytes);
  }
}
