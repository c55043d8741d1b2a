// SPDX-License-Identifier: Apache-2.0
/** What was measured as tables and charts, and the files of a report: a page, and CSV beside it. */
@NullMarked
package dev.ensemblekv.bench.report;

import org.jspecify.annotations.NullMarked;
