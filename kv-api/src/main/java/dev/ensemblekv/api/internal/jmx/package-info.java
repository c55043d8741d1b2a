// SPDX-License-Identifier: Apache-2.0
/** Shows stores in JMX. Not exported. */
@NullMarked
package dev.ensemblekv.api.internal.jmx;

import org.jspecify.annotations.NullMarked;
