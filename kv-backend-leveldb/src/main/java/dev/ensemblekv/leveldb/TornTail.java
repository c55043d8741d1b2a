// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import java.io.IOException;

/**
 * The rule by which the bad end of a {@link LogFile} is told apart: torn by a crash before it was
 * durable, or rotten, so that something durable may be lost.
 *
 * <p>A log only ever grows, and its bytes are zero before they are written. So what a crash leaves
 * undone of a fragment is zeros, or is cut off:
 *
 * <ul>
 *   <li>The <b>death of the process</b> keeps all that was written. The last fragment may be half
 *       there, its bytes in any order, as copying has none; what follows it is zero, to the end of
 *       the mapping.
 *   <li>A <b>loss of power</b> keeps pages, or sectors of them, that were written back, in whatever
 *       state they had then, and any later ones. So something of the fragment is zero up to the end
 *       of a sector, or the file ends in it.
 * </ul>
 *
 * <p>A bad fragment is torn if it shows one of these gaps, and rotten if not. It is rotten too if
 * turning a single bit back would make it sound: values can be full of zeros, and no crash spares
 * all bits but one. After a loss of power a sector that rotted to zeros cannot be told from one
 * that was never written; after a clean close it can, see {@link CleanMarker}.
 *
 * <p>What is torn was never durable, nor was anything behind it: logs are synced as a whole.
 */
final class TornTail {
  private static final int SECTOR_BYTES = 512;
  private static final int PAGE_BYTES = 4096;

  /** Shorter gaps may be data: the number of a batch has up to seven zeros. */
  private static final int MIN_GAP_BYTES = 8;

  private final LogFile log;
  private final long at;
  private final long size;

  private TornTail(LogFile log, long at) {
    this.log = log;
    this.at = at;
    this.size = log.size();
  }

  /**
   * Tells whether a crash can have left a fragment as it is.
   *
   * @param at where the first fragment begins that is not sound
   */
  static boolean isTorn(LogFile log, long at) throws IOException {
    return new TornTail(log, at).isTorn();
  }

  private boolean isTorn() throws IOException {
    if (at + LogFile.HEADER_BYTES > size) {
      return true;
    }
    if (LogFile.leftInBlock(at) < LogFile.HEADER_BYTES || SingleBit.explains(log, at)) {
      return false;
    }
    boolean whole = log.hasPlausibleHeader(at);
    long end = whole ? log.endOfFragment(at) : at + LogFile.HEADER_BYTES;
    return end > size || wasBeingWritten(end) || wasPartlyWrittenBack(end);
  }

  /** The death of the process: nothing follows, and something is missing. */
  private boolean wasBeingWritten(long end) throws IOException {
    boolean mapped = end < size || size % PAGE_BYTES == 0;
    if (!mapped || log.firstNonZero(end, size) < size) {
      return false;
    }
    for (long gap = at; gap < end; gap++) {
      long gapEnd = log.firstNonZero(gap, end);
      if (gapEnd - gap >= MIN_GAP_BYTES || (gapEnd == end && gapEnd > gap)) {
        return true;
      }
      gap = gapEnd;
    }
    return false;
  }

  /** A loss of power: something is zero up to the end of a sector. */
  private boolean wasPartlyWrittenBack(long end) throws IOException {
    for (long gap = at; gap < end; gap++) {
      long gapEnd = log.firstNonZero(gap, size);
      boolean endsSector = gapEnd - gapEnd % SECTOR_BYTES > gap || gapEnd == size;
      if (gapEnd - gap >= MIN_GAP_BYTES && endsSector) {
        return true;
      }
      gap = gapEnd;
    }
    return false;
  }
}
