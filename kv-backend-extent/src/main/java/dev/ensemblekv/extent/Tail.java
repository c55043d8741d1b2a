// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of the log as opening found it.
 *
 * @param last the segment in which the log ends, at its end; {@code null}: there is no log yet
 * @param isResumable whether it ends there as a close left it, so that it may go on there
 * @param replayed the segments that were replayed, which may not be durable
 * @param dropped segments behind it, of which nothing counts
 * @param sequence the number of the last record
 * @param journal the number of the last journaled batch
 * @param replayedBytes how much of the log had to be replayed
 * @param tornBytes how much was torn off, never having been durable
 */
record Tail(
    @Nullable Segment last,
    boolean isResumable,
    List<Segment> replayed,
    List<Segment> dropped,
    long sequence,
    long journal,
    long replayedBytes,
    long tornBytes) {}
