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
}
