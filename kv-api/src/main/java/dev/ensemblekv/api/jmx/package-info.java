// SPDX-License-Identifier: Apache-2.0
/**
 * The beans by which an open store is seen and steered over JMX.
 *
 * <p>Their names are fixed, where NAME is that of the store and a substore is shown where the
 * option {@code substoreMBeans} asks for it:
 *
 * <pre>{@code
 * dev.ensemblekv:type=Store,store=NAME[,substore=0007]            StoreMXBean
 * dev.ensemblekv:type=Latency,op=get,store=NAME[,substore=0007]   LatencyMXBean
 * dev.ensemblekv:type=Task,task=3,store=NAME[,substore=0007]        TaskMXBean
 * dev.ensemblekv:type=ExtentEngine,store=NAME[,substore=0007]     the figures of the engine
 * dev.ensemblekv:type=Ensemble,store=NAME                         what a backend brings itself
 * }</pre>
 *
 * <p>Of two stores with one name the second has the key {@code id} in addition, in all of its
 * names. A name with characters that JMX reserves is quoted.
 *
 * <p>Attributes are read without locks and without I/O, in constant time or in proportion to the
 * number of substores. A figure that is not known is -1, or NaN if it is not a whole number.
 */
@NullMarked
package dev.ensemblekv.api.jmx;

import org.jspecify.annotations.NullMarked;
