// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.spi.KvExecutor;
import dev.ensemblekv.spi.io.Disk;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an open store besides its name.
 *
 * @param id fixed at its creation
 * @param directory where it is; {@code null}: nowhere
 * @param countsCalls whether its calls are counted
 * @param engineBean the type of the bean of its engine
 */
public record StoreFacts(
    String id,
    @Nullable Path directory,
    boolean readOnly,
    boolean countsCalls,
    String engineBean,
    Disk disk,
    Clock clock,
    KvExecutor executor) {}
