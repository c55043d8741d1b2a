// SPDX-License-Identifier: Apache-2.0
/** The engines that are compared: stores of ours, and libraries used without us. */
@NullMarked
package dev.ensemblekv.bench.engine;

import org.jspecify.annotations.NullMarked;
