// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

/** What happened while the substores became twice as many, in bytes of the model. */
final class Doubling {
  int substores;
  int splits;
  long dataBytes;
  long copiedBytes;
  long rewrittenBytes;
  long readBytes;
  long peakExtraBytes;
  long manifestWrites;
  long manifestBytes;
  double nanos;
  double busyNanos;
  double minFill = Double.MAX_VALUE;
  double maxFill;
  double sumOfMeanFills;
  int samples;
  double maxHeldUp;
  double maxHeldUpNanos;

  /** Longest time without splitting and with nothing but splitting, in doublings of the data. */
  double longestGap;

  double longestBurst;

  /** Takes in how full the substores are at a moment. */
  void sample(Fill fill) {
    minFill = Math.min(minFill, fill.min());
    maxFill = Math.max(maxFill, fill.max());
    sumOfMeanFills += fill.mean();
    samples++;
    maxHeldUp = Math.max(maxHeldUp, fill.heldUp());
    maxHeldUpNanos = Math.max(maxHeldUpNanos, fill.heldUpNanos());
  }

  double meanFill() {
    return sumOfMeanFills / samples;
  }

  /** Takes in what happened in a doubling that followed. */
  void add(Doubling next) {
    substores = next.substores;
    splits += next.splits;
    dataBytes = next.dataBytes;
    copiedBytes += next.copiedBytes;
    rewrittenBytes += next.rewrittenBytes;
    readBytes += next.readBytes;
    peakExtraBytes = Math.max(peakExtraBytes, next.peakExtraBytes);
    manifestWrites += next.manifestWrites;
    manifestBytes += next.manifestBytes;
    nanos += next.nanos;
    busyNanos += next.busyNanos;
    minFill = Math.min(minFill, next.minFill);
    maxFill = Math.max(maxFill, next.maxFill);
    sumOfMeanFills += next.sumOfMeanFills;
    samples += next.samples;
    maxHeldUp = Math.max(maxHeldUp, next.maxHeldUp);
    maxHeldUpNanos = Math.max(maxHeldUpNanos, next.maxHeldUpNanos);
    longestGap = Math.max(longestGap, next.longestGap);
    longestBurst = Math.max(longestBurst, next.longestBurst);
  }
}
