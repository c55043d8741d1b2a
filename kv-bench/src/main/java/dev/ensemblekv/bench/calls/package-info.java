// SPDX-License-Identifier: Apache-2.0
/** Single calls of engines, measured by JMH. */
@NullMarked
package dev.ensemblekv.bench.calls;

import org.jspecify.annotations.NullMarked;
