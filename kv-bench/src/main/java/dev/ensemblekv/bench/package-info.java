// SPDX-License-Identifier: Apache-2.0
/** The command {@code kv bench}: the engines side by side, and their single calls. */
@NullMarked
package dev.ensemblekv.bench;

import org.jspecify.annotations.NullMarked;
