// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.ensemblekv.bench.growth;

import org.jspecify.annotations.NullMarked;
