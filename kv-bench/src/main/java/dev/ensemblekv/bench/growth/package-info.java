// SPDX-License-Identifier: Apache-2.0
/** The whole life of an ensemble as a model to scale: its own code over substores without data. */
@NullMarked
package dev.ensemblekv.bench.growth;

import org.jspecify.annotations.NullMarked;
