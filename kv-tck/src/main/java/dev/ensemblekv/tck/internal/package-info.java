// SPDX-License-Identifier: Apache-2.0
/** What the suite and the simulated machine share; not exported. */
@NullMarked
package dev.ensemblekv.tck.internal;

import org.jspecify.annotations.NullMarked;
