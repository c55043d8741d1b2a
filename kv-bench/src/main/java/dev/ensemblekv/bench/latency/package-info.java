// SPDX-License-Identifier: Apache-2.0
/** How long calls take at a steady rate, while an ensemble splits and while it does not. */
@NullMarked
package dev.ensemblekv.bench.latency;

import org.jspecify.annotations.NullMarked;
