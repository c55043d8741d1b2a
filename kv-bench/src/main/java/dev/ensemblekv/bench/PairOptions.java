// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import picocli.CommandLine.Option;

/** The options that tell what is put, which all commands share that put something. */
public final class PairOptions {
  @Option(names = "--keys", description = "How many keys there are (default: ${DEFAULT-VALUE}).")
  private long keys;

  @Option(
      names = "--value-bytes",
      defaultValue = "1000",
      description = "How long values are (default: ${DEFAULT-VALUE}).")
  private int valueBytes;

  @Option(
      names = "--seed",
      defaultValue = "42",
      description = "What everything random follows from (default: ${DEFAULT-VALUE}).")
  private long seed;

  /**
   * Makes the options of a command.
   *
   * @param keys how many there are if the command line does not tell
   */
  public PairOptions(long keys) {
    this.keys = keys;
  }

  /** Returns how many keys there are. */
  public long keys() {
    return keys;
  }

  /** Returns the length of each value. */
  public int valueBytes() {
    return valueBytes;
  }

  /** Returns what everything random follows from. */
  public long seed() {
    return seed;
  }

  /** Returns the keys and values. */
  Pairs pairs() {
    return new Pairs(seed, valueBytes);
  }
}
