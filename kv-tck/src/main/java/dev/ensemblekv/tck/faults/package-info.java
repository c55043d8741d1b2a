// SPDX-License-Identifier: Apache-2.0
/**
 * Faults of the machine that the tests run on: processes that die, file systems that fill up or
 * lose power.
 */
@NullMarked
package dev.ensemblekv.tck.faults;

import org.jspecify.annotations.NullMarked;
