// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * A log that goes on where it ended, at a place behind which a crash may bring back what was cut.
 */
class ResumptionTest {
  private static final int OUTCOMES = 1000;
  private static final int PAGE_BYTES = 4096;

  private static final KvOptions OPTIONS =
      SmallEngine.OPTIONS.toBuilder().set(ExtentOptions.SEGMENT_SIZE, 64L << 10).build();

  /** Returns a value whose record ends where a page does, behind the first record of a log. */
  private static String toTheEndOfThePage(String text) {
    long first = RecordFormat.bytes(SmallEngine.key(1).length, "kept".length());
    long before =
        StoreFiles.HEADER_BYTES + first + RecordFormat.bytes(SmallEngine.key(2).length, 0);
    return text + "x".repeat((int) (PAGE_BYTES - before) - text.length());
  }

  /** Returns a machine that lost power when a record was torn and the one behind it was whole. */
  private static SimulatedMachine torn() throws IOException {
    SmallEngine engine = new SmallEngine(OPTIONS);
    engine.put(1, "kept");
    engine.reopen();
    engine.put(2, toTheEndOfThePage("torn"));
    engine.put(3, "stale");
    SimulatedMachine found = engine.machine.afterKill();
    Path log = engine.path(Segment.name(1));
    String bytes = new String(found.disk().contents(log), StandardCharsets.ISO_8859_1);
    assertThat(bytes).contains("torn").contains("stale");
    found.disk().flipBit(log, bytes.indexOf("torn"), 0);
    return found;
  }

  @Test
  void whatWasCutOffDoesNotComeBackBehindWhatWasWrittenSince() throws IOException {
    SimulatedMachine machine = torn();
    SimulatedProcess process = new SimulatedProcess(machine.executor(), false);
    KvStore store = BareEngine.open(machine, process.disk(machine.disk()), process, OPTIONS);
    process.dieAfterNext("truncate");
    assertThatThrownBy(() -> store.put(SmallEngine.key(4), SmallEngine.bytes("cut")))
        .isInstanceOf(SimulatedProcess.Death.class);
    assertGoesOnWell(machine.afterKill());
  }

  private static void assertGoesOnWell(SimulatedMachine machine) {
    SmallEngine next = new SmallEngine(machine, OPTIONS);
    assertThat(next.get(2)).isNull();
    assertThat(next.get(3)).isNull();
    next.put(2, toTheEndOfThePage("next"));
    for (int outcome = 0; outcome < OUTCOMES; outcome++) {
      SmallEngine found = new SmallEngine(machine.afterCrash(outcome), OPTIONS);
      assertThat(found.get(1)).isEqualTo("kept");
      assertThat(found.get(2)).isIn(null, toTheEndOfThePage("next"));
      assertThat(found.get(3)).as("what was not there before the write").isNull();
    }
  }

  private static Manifest manifest(SmallEngine engine) throws IOException {
    Path path = engine.path(Manifest.NAME);
    return Manifest.decode(engine.disk().contents(path), path);
  }

  private static void assertHas(SmallEngine engine, int from, int to) {
    for (int key = from; key < to; key++) {
      assertThat(engine.get(key)).as("key %d", key).isEqualTo(value(key));
    }
  }

  private static String value(int key) {
    return "v".repeat(500) + key;
  }

  @Test
  void aLogThatWasClosedGoesOnWhereItEnded() throws IOException {
    SmallEngine engine = new SmallEngine(OPTIONS);
    engine.put(1, "one");
    engine.reopen();
    engine.put(2, "two");
    assertThat(manifest(engine).epoch()).isEqualTo(2);
    assertThat(manifest(engine).segments()).hasSize(1);
  }

  /** It ends exactly, with nothing behind; but the manifest does not know that as durable. */
  @Test
  void aLogThatWasNotClosedIsBegunAnew() throws IOException {
    SmallEngine engine = new SmallEngine(OPTIONS);
    SimulatedMachine machine = engine.machine;
    SimulatedProcess process = new SimulatedProcess(machine.executor(), false);
    KvStore store = BareEngine.open(machine, process.disk(machine.disk()), process, OPTIONS);
    store.put(SmallEngine.key(1), SmallEngine.bytes("one"));
    process.dieAfterNext("truncate");
    assertThatThrownBy(store::close).isInstanceOf(SimulatedProcess.Death.class);

    SmallEngine killed = new SmallEngine(machine.afterKill(), OPTIONS);
    killed.put(2, "two");
    assertThat(manifest(killed).epoch()).isGreaterThan(manifest(engine).epoch());
  }

  /**
   * Nothing but the segment behind tells that the log was not closed: it ends exactly, and the
   * manifest knows that as durable. If the log went on here, it would be lost behind that segment.
   */
  @Test
  void aLogBehindWhichASegmentWaitsIsBegunAnew() {
    SimulatedMachine machine = new SmallEngine(SmallEngine.OPTIONS).machine;
    SimulatedProcess process = new SimulatedProcess(machine.executor(), false);
    KvStore store =
        BareEngine.open(machine, process.disk(machine.disk()), process, SmallEngine.OPTIONS);
    for (int key = 0; key < 5; key++) { // more than half of a segment, so the next is prepared
      store.put(SmallEngine.key(key), SmallEngine.bytes(value(key)));
    }
    store.flush();
    machine.executor().runAll();
    process.dieAfterNext("truncate");
    assertThatThrownBy(store::close).isInstanceOf(SimulatedProcess.Death.class);

    SmallEngine next = new SmallEngine(machine.afterKill(), SmallEngine.OPTIONS);
    for (int key = 5; key < 30; key++) {
      next.put(key, value(key));
    }
    SmallEngine killed = new SmallEngine(next.machine.afterKill(), SmallEngine.OPTIONS);
    assertHas(killed, 0, 30);
  }

  @Test
  void aNumberThatACrashTookIsNotGivenAgain() {
    SmallEngine engine = new SmallEngine(OPTIONS);
    engine.put(1, "durable");
    engine.store.flush();
    for (int key = 2; key < 9; key++) {
      engine.put(key, "lost");
    }
    long issued = sequence(engine);
    for (int outcome = 0; outcome < 20; outcome++) {
      SmallEngine found = new SmallEngine(engine.machine.afterCrash(outcome), OPTIONS);
      found.put(2, "new");
      assertThat(sequence(found)).isGreaterThan(issued);
    }
  }

  private static long sequence(SmallEngine engine) {
    return ((ExtentStore) engine.store).parts().log.sequence();
  }
}
