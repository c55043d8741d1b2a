// SPDX-License-Identifier: Apache-2.0
/** Shows the figures of a store in a meter registry of Micrometer. */
@NullMarked
package dev.ensemblekv.micrometer;

import org.jspecify.annotations.NullMarked;
