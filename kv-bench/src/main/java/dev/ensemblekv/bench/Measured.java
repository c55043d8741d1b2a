// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

/** A constant that names a figure, by which the process that measured it prints it. */
public interface Measured {
  /** Returns the name of the constant. */
  String name();

  /** Returns how the figure is shown. */
  Column column();
}
