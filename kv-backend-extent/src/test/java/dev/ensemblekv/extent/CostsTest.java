// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.sim.CountedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What calls cost in reads and writes of files, which does not depend on how fast anything is. All
 * of it is counted on a simulated disk, by calls.
 */
class CostsTest {
  private static final int KEYS = 4000;

  /** More than there are, so that what is to be in a run is put there by a compaction. */
  private static final long MANY_KEYS = 2L * KEYS;

  private static final int VALUE_BYTES = 1000;
  private static final int RECORD_BYTES = RecordFormat.HEADER_BYTES + key(0).length + VALUE_BYTES;

  private final SimulatedMachine machine = new SimulatedMachine(1, environment -> environment);
  private final CountedDisk counted = new CountedDisk(machine.disk());
  private KvStore store = open(MANY_KEYS);

  private KvStore open(long memtableKeys) {
    return BareEngine.open(
        machine,
        counted.disk(),
        machine.executor(),
        KvOptions.builder()
            .set(ExtentOptions.ACCESS, ExtentOptions.Access.POSITIONED)
            .set(ExtentOptions.MEMTABLE_KEYS, memtableKeys)
            .build());
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** All keys are of one length. */
  private static byte[] key(int number) {
    return SmallEngine.bytes("key%08d".formatted(number));
  }

  private CountedDisk.Count segmentReads() {
    return counted.reads(name -> !name.startsWith("run-"));
  }

  private CountedDisk.Count indexReads() {
    return counted.reads(name -> name.startsWith("run-"));
  }

  private CountedDisk.Count writes() {
    return counted.writes(name -> true);
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
    assertThat(writes().calls()).isEqualTo(1);
    assertThat(writes().bytes()).isEqualTo(RECORD_BYTES);
  }

  @Test
  void whatIsWrittenBesidesRecordsIsAsManyZerosInFewCalls() {
    load();
    for (int i = 0; i < KEYS; i++) {
      store.put(key(i), new byte[VALUE_BYTES]);
    }
    assertThat(writes().calls()).isBetween((long) KEYS, KEYS + KEYS / 10L);
    assertThat(writes().bytes()).isLessThan(2L * KEYS * RECORD_BYTES * 11 / 10);
  }

  @Test
  void aPutReadsNothing() {
    load();
    store.put(key(0), new byte[VALUE_BYTES]);
    assertThat(counted.reads(name -> true).calls()).isZero();
  }

  @Test
  void aGetOfANewKeyIsOneReadOfItsRecord() {
    load();
    getAll(0);
    checkRecordsAreReadOnce();
    assertThat(indexReads().calls()).isZero();
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
    assertThat(segmentReads().calls()).isZero();
    checkProbes();
  }

  @Test
  void aRunAboveAnotherCostsAnAbsentKeyNoMoreThanOneReadOfABlockOfItsFilter() {
    loadIntoOneRun();
    store.close();
    int few = KEYS / 10;
    store = open(few);
    for (int i = 0; i < few; i++) {
      store.put(key(2 * KEYS + i), new byte[0]);
    }
    machine.executor().runAll();
    assertThat(number("runs")).isEqualTo(2);
    assertThat(number("filterBytes")).isPositive();
    counted.reset();
    getAll(KEYS);
    long ofFilter = KEYS;
    long takenForPresent = KEYS / 50L;
    assertThat(indexReads().calls())
        .isBetween(ofFilter + KEYS, ofFilter + KEYS * 3L / 2 + takenForPresent * 3 / 2);
    assertThat(indexReads().bytes()).isEqualTo(indexReads().calls() * Block.BYTES);
    assertThat(segmentReads().calls()).isZero();
  }

  /** Small ones too, of which many are few bytes. */
  @Test
  void aStoreThatWasClosedReadsFewRecordsAgainWhenItIsOpened() {
    for (int opening = 0; opening < 3; opening++) {
      for (int i = 0; i < KEYS; i++) {
        store.put(key(i), new byte[0]);
      }
      store.close();
      store = open(MANY_KEYS);
      assertThat(number("replayedBytes"))
          .isLessThan(KEYS / 2.0 * RecordFormat.bytes(key(0).length, 0));
    }
  }

  private double number(String metric) {
    return store.stats().metric(metric).orElseThrow().value();
  }

  /** The index knows lengths in steps, so a little more than the record is read. */
  private void checkRecordsAreReadOnce() {
    assertThat(segmentReads().calls()).isEqualTo(KEYS);
    assertThat(segmentReads().bytes()).isLessThan((long) KEYS * RECORD_BYTES * 3 / 2);
    assertThat(writes().calls()).isZero();
  }

  /** At three quarters of its places an index has so many buckets from the first to the last. */
  private void checkProbes() {
    assertThat(indexReads().calls()).isBetween((long) KEYS, KEYS * 3L / 2);
    assertThat(indexReads().bytes()).isEqualTo(indexReads().calls() * Bucket.BYTES);
  }
}
