// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * A measurement that a process does for itself, of one store. A record, so that it can be handed
 * over as JSON.
 */
public interface Job {
  /** Returns the store that is measured. */
  Stored stored();

  /**
   * Measures.
   *
   * @param progress is told what is being done, if that takes long
   */
  void run(Outcome outcome, Consumer<String> progress) throws IOException, InterruptedException;
}
