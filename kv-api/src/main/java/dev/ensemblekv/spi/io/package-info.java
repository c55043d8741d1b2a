// SPDX-License-Identifier: Apache-2.0
/**
 * The narrow interface through which everything on disk is written and read, so that the same code
 * runs on the real disk and on a simulated one that loses what was not synced.
 */
@NullMarked
package dev.ensemblekv.spi.io;

import org.jspecify.annotations.NullMarked;
