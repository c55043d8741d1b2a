// SPDX-License-Identifier: Apache-2.0
/** Engines side by side: the same work in a process of its own each, every value checked. */
@NullMarked
package dev.ensemblekv.bench.peers;

import org.jspecify.annotations.NullMarked;
