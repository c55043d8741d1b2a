// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import dev.ensemblekv.api.KvBatch;

/**
 * A store that keeps, with what is written, up to where a journal outside of it has been written to
 * it: what an {@code ensemble} asks of its substores by {@link
 * dev.ensemblekv.api.KvStore#unwrap(Class)}, to make one atomic batch of parts in several stores.
 *
 * <p>The number is a fact beside the keys: no iteration, no size and no limit knows of it, and what
 * copies the store copies it. It is durable whenever the batch that brought it is, and later writes
 * are durable only if it is. So whoever holds the journal finds out after a crash which of its
 * entries the store lacks, and writes them again.
 *
 * <p>A layer that keeps something of its own about what is written, such as a cache, must not let
 * this be unwrapped past itself.
 */
public interface JournaledStore {

  /**
   * Writes a batch, which may be empty, together with its number, as one atomic batch. Does not
   * wait for the medium, also with the option {@code sync}: the journal has it there.
   *
   * @param number greater than the present one; the caller sees to it
   */
  void writeJournaled(KvBatch batch, long number);

  /** Returns the number of the last journaled batch in the store; 0 if there was none. */
  long journalNumber();
}
