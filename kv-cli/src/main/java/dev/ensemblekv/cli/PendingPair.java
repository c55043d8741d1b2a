// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.io.IOException;

/** A pair on its way into a store: the key is known, the value may have to be read yet. */
interface PendingPair {

  /** Returns the key; not to be changed. */
  byte[] key();

  /** Returns where the pair comes from, for messages. */
  String origin();

  /** Returns about how much memory it takes until it is stored. */
  long weightBytes();

  /**
   * Returns the value, reading it if need be; called once, by any thread.
   *
   * @param maxBytes the longest value that is of use; of a longer one more than this is returned
   */
  byte[] value(int maxBytes) throws IOException;

  /** Returns a pair whose value is here already. */
  static PendingPair of(Pair pair, String origin) {
    return new PendingPair() {
      @Override
      public byte[] key() {
        return pair.key();
      }

      @Override
      public String origin() {
        return origin;
      }

      @Override
      public long weightBytes() {
        return (long) pair.key().length + pair.value().length;
      }

      @Override
      public byte[] value(int maxBytes) {
        return pair.value();
      }
    };
  }
}
