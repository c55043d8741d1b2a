// SPDX-License-Identifier: Apache-2.0
/**
 * The command {@code kv}: one class per subcommand, over the store interface only. Which engines
 * there are is known from specs and from what is on the class path.
 */
@NullMarked
package dev.ensemblekv.cli;

import org.jspecify.annotations.NullMarked;
