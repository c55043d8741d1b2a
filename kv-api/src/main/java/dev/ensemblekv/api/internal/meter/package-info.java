// SPDX-License-Identifier: Apache-2.0
/** Counts and times the calls of a store. Not exported. */
@NullMarked
package dev.ensemblekv.api.internal.meter;

import org.jspecify.annotations.NullMarked;
