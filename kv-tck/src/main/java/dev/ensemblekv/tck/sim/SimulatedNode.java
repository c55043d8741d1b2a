// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

/** What a name in a simulated directory stands for: a file or a directory. */
abstract sealed class SimulatedNode permits FileContent, DirectoryContent {}
