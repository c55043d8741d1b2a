// SPDX-License-Identifier: Apache-2.0
/** A small persistent store that keeps the contract, and can be told to break it on disk. */
@NullMarked
package dev.ensemblekv.tck.reference;

import org.jspecify.annotations.NullMarked;
