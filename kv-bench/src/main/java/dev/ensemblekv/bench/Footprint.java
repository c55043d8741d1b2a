// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

/**
 * The memory of this process. As the heap is resident from the beginning, any growth of what is
 * anonymous is outside it: of the engine, and of the JVM that compiles its code.
 *
 * @param liveHeapBytes what a full collection leaves on the heap
 * @param anonymousBytes what is resident and in no file's pages, all of the heap included
 * @param residentBytes what is resident
 */
public record Footprint(double liveHeapBytes, double anonymousBytes, double residentBytes) {

  /** Returns the memory of this moment. */
  public static Footprint now() {
    return new Footprint(
        ProcessFacts.liveHeapBytes(), ProcessFacts.anonymousBytes(), ProcessFacts.residentBytes());
  }
}
