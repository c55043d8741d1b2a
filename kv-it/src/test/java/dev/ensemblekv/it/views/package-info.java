// SPDX-License-Identifier: Apache-2.0
/** Tests of the views over real stores. */
@NullMarked
package dev.ensemblekv.it.views;

import org.jspecify.annotations.NullMarked;
