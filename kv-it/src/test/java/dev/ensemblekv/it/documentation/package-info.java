// SPDX-License-Identifier: Apache-2.0
/** Tests that what the documents say is so: commands and snippets are run, tables compared. */
@NullMarked
package dev.ensemblekv.it.documentation;

import org.jspecify.annotations.NullMarked;
