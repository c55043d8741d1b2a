// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.ensemblekv.bench.report;

import org.jspecify.annotations.NullMarked;
