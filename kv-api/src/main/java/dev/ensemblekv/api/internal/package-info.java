// SPDX-License-Identifier: Apache-2.0
/**
 * What stands between the user of a store and its engine, once for all backends: finding and
 * opening it, its lock and descriptor, the guard of open and closed, instrumentation, JMX. Not
 * exported.
 */
@NullMarked
package dev.ensemblekv.api.internal;

import org.jspecify.annotations.NullMarked;
