// SPDX-License-Identifier: Apache-2.0
/** Where the time of a phase goes, by JDK Flight Recorder. */
@NullMarked
package dev.ensemblekv.bench.profile;

import org.jspecify.annotations.NullMarked;
