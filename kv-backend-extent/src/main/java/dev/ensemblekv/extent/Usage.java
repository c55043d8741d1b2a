// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/**
 * The account of a segment: what was written to it, and how much of that is known to be superseded.
 * Bytes are those of {@link Location#bytes}.
 */
record Usage(long records, long bytes, long deadRecords, long deadBytes) {
  static final Usage NONE = new Usage(0, 0, 0, 0);

  Usage plus(Usage other) {
    return new Usage(
        records + other.records,
        bytes + other.bytes,
        deadRecords + other.deadRecords,
        deadBytes + other.deadBytes);
  }

  long liveRecords() {
    return records - deadRecords;
  }

  long liveBytes() {
    return bytes - deadBytes;
  }
}
