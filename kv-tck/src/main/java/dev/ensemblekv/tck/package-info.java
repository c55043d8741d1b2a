// SPDX-License-Identifier: Apache-2.0
/** The suite that every store has to pass: one test or more for each rule of the contract. */
@NullMarked
package dev.ensemblekv.tck;

import org.jspecify.annotations.NullMarked;
