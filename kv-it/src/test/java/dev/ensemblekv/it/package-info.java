// SPDX-License-Identifier: Apache-2.0
/** What the tests across modules share. */
@NullMarked
package dev.ensemblekv.it;

import org.jspecify.annotations.NullMarked;
