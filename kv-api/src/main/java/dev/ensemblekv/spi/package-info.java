// SPDX-License-Identifier: Apache-2.0
/**
 * What makers of backends and layers implement and extend: {@link dev.ensemblekv.spi.KvBackend},
 * the bases {@link dev.ensemblekv.spi.AbstractKvStore} and {@link
 * dev.ensemblekv.spi.FilterKvStore}, and what they are given.
 */
@NullMarked
package dev.ensemblekv.spi;

import org.jspecify.annotations.NullMarked;
