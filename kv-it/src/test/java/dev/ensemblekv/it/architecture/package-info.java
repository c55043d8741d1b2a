// SPDX-License-Identifier: Apache-2.0
/** Tests that the modules are what they say they are, and depend on each other as they should. */
@NullMarked
package dev.ensemblekv.it.architecture;

import org.jspecify.annotations.NullMarked;
