// SPDX-License-Identifier: Apache-2.0
/**
 * The backend {@code extent}: values in append-only segment files, keys in an index of immutable
 * hash-ordered runs on disk. The bytes are described in {@code docs/extent-format.md}.
 */
@NullMarked
package dev.ensemblekv.extent;

import org.jspecify.annotations.NullMarked;
