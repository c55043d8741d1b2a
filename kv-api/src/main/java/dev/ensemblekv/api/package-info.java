// SPDX-License-Identifier: Apache-2.0
/**
 * The key-value store as its users see it: {@link dev.ensemblekv.api.KvStores} opens a {@link
 * dev.ensemblekv.api.KvStore}, {@code KvViews} shows it as collections and maps.
 */
@NullMarked
package dev.ensemblekv.api;

import org.jspecify.annotations.NullMarked;
