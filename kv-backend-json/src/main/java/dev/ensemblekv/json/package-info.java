// SPDX-License-Identifier: Apache-2.0
/**
 * The backend {@code json}: a sorted map in memory that is persisted, soon after each change, to
 * one JSON file that people can read, compare and edit.
 */
@NullMarked
package dev.ensemblekv.json;

import org.jspecify.annotations.NullMarked;
