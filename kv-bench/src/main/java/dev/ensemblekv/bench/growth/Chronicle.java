// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import java.util.ArrayList;
import java.util.List;

/** Writes down what happens while an ensemble grows, doubling by doubling. For one thread. */
final class Chronicle {
  private final int initialSubstores;
  private final List<Doubling> doublings = new ArrayList<>();
  private Doubling current = new Doubling();
  private Mark begun = new Mark(0, 0, 0, 0, 0, 0, 0);
  private boolean busy;
  private long turnedAtBytes;
  private long turnedAtNanos;

  /**
   * Where the accounts stand at a moment, since the beginning.
   *
   * @param dataBytes what was put
   */
  record Mark(
      long nanos,
      long dataBytes,
      long copiedBytes,
      long rewrittenBytes,
      long readBytes,
      long manifestWrites,
      long manifestBytes) {}

  /** Begins with so many substores, of which all are empty. */
  Chronicle(int initialSubstores) {
    this.initialSubstores = initialSubstores;
  }

  /** Takes in how full the substores are at a moment. */
  void sample(Fill fill) {
    current.sample(fill);
  }

  /** Takes in whether anything is split, or waits for it, at a moment. */
  void splitting(boolean works, long nanos, long dataBytes) {
    if (works == busy) {
      return;
    }
    if (busy) {
      current.longestBurst = Math.max(current.longestBurst, doublings(dataBytes));
      current.busyNanos += nanos - turnedAtNanos;
    } else {
      current.longestGap = Math.max(current.longestGap, doublings(dataBytes));
    }
    busy = works;
    turnedAtBytes = dataBytes;
    turnedAtNanos = nanos;
  }

  /** Returns by how many doublings the data has grown since splitting began or came to its end. */
  private double doublings(long dataBytes) {
    return turnedAtBytes == 0 ? 0 : Math.log((double) dataBytes / turnedAtBytes) / Math.log(2);
  }

  /** Ends a doubling; returns it. */
  Doubling end(int substores, Mark now, long peakExtraBytes) {
    Doubling ended = current;
    if (busy) { // which the next doubling goes on with
      splitting(false, now.nanos, now.dataBytes);
      busy = true;
    }
    ended.splits = substores - substoresBefore();
    ended.substores = substores;
    ended.dataBytes = now.dataBytes;
    ended.nanos = (double) now.nanos - begun.nanos;
    ended.copiedBytes = now.copiedBytes - begun.copiedBytes;
    ended.rewrittenBytes = now.rewrittenBytes - begun.rewrittenBytes;
    ended.readBytes = now.readBytes - begun.readBytes;
    ended.manifestWrites = now.manifestWrites - begun.manifestWrites;
    ended.manifestBytes = now.manifestBytes - begun.manifestBytes;
    ended.peakExtraBytes = peakExtraBytes;
    doublings.add(ended);
    begun = now;
    current = new Doubling();
    return ended;
  }

  private int substoresBefore() {
    return doublings.isEmpty() ? initialSubstores : doublings.get(doublings.size() - 1).substores;
  }

  /** Returns the doublings, the last one as far as it went. */
  List<Doubling> doublings() {
    return List.copyOf(doublings);
  }
}
