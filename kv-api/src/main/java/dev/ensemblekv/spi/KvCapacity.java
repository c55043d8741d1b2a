// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

/**
 * How much one store of a backend carries well: beyond it, an ensemble does better.
 *
 * @param keys live keys
 * @param bytes bytes of live keys and values
 */
public record KvCapacity(long keys, long bytes) {}
