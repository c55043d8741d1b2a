// SPDX-License-Identifier: Apache-2.0
/**
 * The layer {@code ensemble}. Its rooms: routing (key hash, region, routing table), what is on disk
 * (manifest, topology), growth (sizes, jobs, backpressure), and the store that joins them.
 */
@NullMarked
package dev.ensemblekv.ensemble;

import org.jspecify.annotations.NullMarked;
