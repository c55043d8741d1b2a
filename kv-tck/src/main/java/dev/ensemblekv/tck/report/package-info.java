// SPDX-License-Identifier: Apache-2.0
/** What a run of the suite found out: the levels that a store reached, and its report. */
@NullMarked
package dev.ensemblekv.tck.report;

import org.jspecify.annotations.NullMarked;
