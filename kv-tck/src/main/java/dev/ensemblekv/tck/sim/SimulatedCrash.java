// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

/**
 * The end of a simulated machine: the power is gone, and nothing that the program does counts any
 * more. An error, so that code which handles exceptions does not take it for one of its own.
 */
public final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1;

  SimulatedCrash(long change) {
    super("crash before change " + change, null, false, false);
  }
}
