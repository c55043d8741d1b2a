// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What calls cost in reads and writes of files, which does not depend on how fast anything is. All
 * of it is counted on a simulated disk, by calls.
 */
class CostsTest {
  private static final int KEYS = 4000;
  private static final int VALUE_BYTES = 1000;
  private static final int RECORD_BYTES = RecordFormat.HEADER_BYTES + key(0).length + VALUE_BYTES;

  private final SimulatedMachine machine = new SimulatedMachine(1, environment -> environment);
  private final CountedDisk counted = new CountedDisk(machine.disk());
  private final KvStore store =
      BareEngine.open(
          machine,
          counted.disk(),
          machine.executor(),
          KvOptions.builder()
              .set(ExtentOptions.ACCESS, ExtentOptions.Access.POSITIONED)
              .set(ExtentOptions.MEMTABLE_KEYS, 2L * KEYS)
              .build());

  @AfterEach
  void close() {
    store.close();
  }

  /** All keys are of one length. */
  private static byte[] key(int number) {
    return SmallEngine.bytes("key%08d".formatted(number));
  }

  private void load() {
    for (int i = 0; i < KEYS; i++) {
      store.put(key(i), new byte[VALUE_BYTES]);
    }
    counted.reset();
  }

  private void loadIntoOneRun() {
    load();
    store.compact();
    machine.executor().runAll();
    counted.reset();
  }

  private void getAll(int from) {
    for (int i = 0; i < KEYS; i++) {
      assertThat(store.get(key(from + i)) != null).isEqualTo(from == 0);
    }
  }

  @Test
  void aPutIsOneWriteOfItsRecordWhereZerosWereWrittenBefore() {
    load();
    store.put(key(0), new byte[VALUE_BYTES]);
    assertThat(counted.writes.calls).isEqualTo(1);
    assertThat(counted.writes.bytes).isEqualTo(RECORD_BYTES);
  }

  @Test
  void whatIsWrittenBesidesRecordsIsAsManyZerosInFewCalls() {
    load();
    for (int i = 0; i < KEYS; i++) {
      store.put(key(i), new byte[VALUE_BYTES]);
    }
    assertThat(counted.writes.calls).isBetween((long) KEYS, KEYS + KEYS / 10L);
    assertThat(counted.writes.bytes).isLessThan(2L * KEYS * RECORD_BYTES * 11 / 10);
  }

  @Test
  void aPutReadsNothing() {
    load();
    store.put(key(0), new byte[VALUE_BYTES]);
    assertThat(counted.segmentReads.calls + counted.indexReads.calls).isZero();
  }

  @Test
  void aGetOfANewKeyIsOneReadOfItsRecord() {
    load();
    getAll(0);
    checkRecordsAreReadOnce();
    assertThat(counted.indexReads.calls).isZero();
  }

  @Test
  void aGetOfAnOldKeyIsOneReadOfItsRecordAndOneAndAHalfOfABucket() {
    loadIntoOneRun();
    getAll(0);
    checkRecordsAreReadOnce();
    checkProbes();
  }

  @Test
  void aGetOfAnAbsentKeyIsOneAndAHalfReadsOfABucket() {
    loadIntoOneRun();
    getAll(KEYS);
    assertThat(counted.segmentReads.calls).isZero();
    checkProbes();
  }

  /** The index knows lengths in steps, so a little more than the record is read. */
  private void checkRecordsAreReadOnce() {
    assertThat(counted.segmentReads.calls).isEqualTo(KEYS);
    assertThat(counted.segmentReads.bytes).isLessThan((long) KEYS * RECORD_BYTES * 3 / 2);
    assertThat(counted.writes.calls).isZero();
  }

  /** At three quarters of its places an index has so many buckets from the first to the last. */
  private void checkProbes() {
    assertThat(counted.indexReads.calls).isBetween((long) KEYS, KEYS * 3L / 2);
    assertThat(counted.indexReads.bytes).isEqualTo(counted.indexReads.calls * Bucket.BYTES);
  }
}
