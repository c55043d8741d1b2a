// SPDX-License-Identifier: Apache-2.0
/** Tests of what JMX shows of stores. */
@NullMarked
package dev.ensemblekv.it.jmx;

import org.jspecify.annotations.NullMarked;
