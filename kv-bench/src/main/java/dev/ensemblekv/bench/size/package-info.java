// SPDX-License-Identifier: Apache-2.0
/** The command {@code size}: how fast an engine is as it grows. */
@NullMarked
package dev.ensemblekv.bench.size;

import org.jspecify.annotations.NullMarked;
