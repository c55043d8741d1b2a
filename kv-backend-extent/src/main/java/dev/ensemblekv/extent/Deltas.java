// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a part of the index changes in the accounts of the segments: records that came, and records
 * that were superseded. Guarded by whoever changes the index.
 */
final class Deltas {
  private final Map<Integer, Account> bySegment = new HashMap<>();
  private int lastSegment = -1;
  private @Nullable Account last;
  private final AtomicLong liveBytes = new AtomicLong(); // for those who look without a lock

  /** The sums of one segment. */
  private static final class Account {
    long records;
    long bytes;
    long deadRecords;
    long deadBytes;

    Usage usage() {
      return new Usage(records, bytes, deadRecords, deadBytes);
    }
  }

  private Account of(int segment) {
    Account account = last;
    if (account == null || segment != lastSegment) {
      account = bySegment.computeIfAbsent(segment, missing -> new Account());
      last = account;
      lastSegment = segment;
    }
    return account;
  }

  /** Sees to it that records of a segment can be counted without taking memory. */
  void reserve(int segment) {
    of(segment);
  }

  /** Counts a record that was written. */
  void added(long location) {
    Account account = of(Location.segment(location));
    account.records++;
    account.bytes += Location.bytes(location);
    liveBytes.lazySet(liveBytes.get() + Location.bytes(location));
  }

  /** Counts a record that nothing points to any more. */
  void died(long location) {
    Account account =
        bySegment.computeIfAbsent(Location.segment(location), missing -> new Account());
    account.deadRecords++;
    account.deadBytes += Location.bytes(location);
    liveBytes.lazySet(liveBytes.get() - Location.bytes(location));
  }

  /** Counts a record that is no longer this store's. */
  void left(long location) {
    Account account =
        bySegment.computeIfAbsent(Location.segment(location), missing -> new Account());
    account.records--;
    account.bytes -= Location.bytes(location);
    liveBytes.lazySet(liveBytes.get() - Location.bytes(location));
  }

  /** Counts a record that had been counted as dead, and is pointed to now. */
  void revived(long location) {
    Account account =
        bySegment.computeIfAbsent(Location.segment(location), missing -> new Account());
    account.deadRecords--;
    account.deadBytes -= Location.bytes(location);
    liveBytes.lazySet(liveBytes.get() + Location.bytes(location));
  }

  /** Returns by how much the bytes that count become more. Needs no lock. */
  long liveBytes() {
    return liveBytes.get();
  }

  void forEach(BiConsumer<Integer, Usage> consumer) {
    bySegment.forEach((segment, account) -> consumer.accept(segment, account.usage()));
  }
}
