// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.io.IOException;

/** Where pairs come from. */
interface PairSource {

  /** Hands all pairs to a writer; what is not a pair is skipped. */
  void readTo(PairWriter writer, Skips skips) throws IOException;

  /** Returns how many pairs there are, if that can be told without reading them, else -1. */
  long count() throws IOException;
}
