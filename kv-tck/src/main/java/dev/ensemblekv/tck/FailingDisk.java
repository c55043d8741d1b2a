// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a process does to a store on whose disk some call will fail: it goes on until it is told so,
 * and tells what was durable by then.
 */
final class FailingDisk {
  /** So many keys are there, and durable, before. */
  static final int FILLED = 20;

  private static final int WRITES = 40;
  private static final int VALUE_BYTES = 3000;

  /** What the process writes when it knows what came of it. */
  static final String OUTCOME = "outcome ";

  private FailingDisk() {}

  /**
   * What came of it.
   *
   * @param told whether the store told of a failure
   * @param writes how many writes were flushed; the one after them may be there or not
   * @param workedOn whether the store took another write after the failure
   */
  record Outcome(boolean told, int writes, boolean workedOn) {
    /** Finds what a process wrote, perhaps after an attempt of which nothing came. */
    static Outcome in(String output) {
      String line =
          output.lines().filter(each -> each.startsWith(OUTCOME)).findFirst().orElseThrow();
      String[] parts = line.substring(OUTCOME.length()).split(" ", -1);
      return new Outcome(
          Boolean.parseBoolean(parts[0]),
          Integer.parseInt(parts[1]),
          Boolean.parseBoolean(parts[2]));
    }

    String line() {
      return OUTCOME + told + " " + writes + " " + workedOn;
    }

    /** Returns what must be in the store. */
    Map<ByteString, ByteString> expected() {
      Map<ByteString, ByteString> expected = new TreeMap<>();
      for (int i = 0; i < FILLED + writes; i++) {
        expected.put(ByteString.of(Chapter.key(i)), ByteString.of(value(i)));
      }
      if (workedOn) {
        expected.put(ByteString.of(AfterFailure.AFTER), ByteString.of(Chapter.value(1)));
      }
      return expected;
    }

    /** Returns the key of which nothing is known. */
    byte[] unknown() {
      return Chapter.key(FILLED + writes);
    }
  }

  static byte[] value(int number) {
    byte[] value = Chapter.bytes("value %d %s".formatted(number, "x".repeat(VALUE_BYTES)));
    value[value.length - 1] = (byte) number;
    return value;
  }

  /** Makes the store, on a disk that is well. */
  static void prepare(KvStore store) {
    for (int i = 0; i < FILLED; i++) {
      store.put(Chapter.key(i), value(i));
    }
    store.flush();
  }

  /** Writes to the store until it tells of a failure, and closes it. */
  static Outcome run(KvStoreTck tck, Path directory) {
    KvStore store;
    try {
      store = tck.open(directory, tck.options());
    } catch (KvException e) {
      return new Outcome(true, 0, false);
    }
    Map<ByteString, ByteString> expected = new Outcome(false, 0, false).expected();
    KvException failure = null;
    int writes = 0;
    while (writes < WRITES && failure == null) {
      byte[] key = Chapter.key(FILLED + writes);
      byte[] value = value(FILLED + writes);
      failure =
          AfterFailure.attempt(
              () -> {
                store.put(key, value);
                store.flush();
              });
      if (failure == null) {
        expected.put(ByteString.of(key), ByteString.of(value));
        writes++;
      }
    }
    expected.forEach((key, value) -> Chapter.assertValue(store, key.toArray(), value.toArray()));
    if (failure == null) {
      return new Outcome(AfterFailure.attempt(store::close) != null, writes, false);
    }
    AfterFailure.check(store, failure, expected, null);
    boolean workedOn = expected.containsKey(ByteString.of(AfterFailure.AFTER));
    return new Outcome(true, writes, workedOn);
  }
}
