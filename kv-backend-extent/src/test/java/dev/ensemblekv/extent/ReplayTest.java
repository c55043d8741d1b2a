// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is torn, and what is rotten. */
class ReplayTest {
  private final SmallEngine engine = new SmallEngine(SmallEngine.OPTIONS);
  private final Path log = engine.path(Segment.name(1));

  private SmallEngine killed() {
    return new SmallEngine(engine.machine.afterKill(), engine.options);
  }

  /** Flips a bit of a value in the log of the next process. */
  private SmallEngine damaged(String value) throws IOException {
    var machine = engine.machine.afterKill();
    machine.disk().flipBit(log, offsetOf(value), 3);
    return new SmallEngine(machine, engine.options);
  }

  private int offsetOf(String value) throws IOException {
    int at = new String(engine.disk().contents(log), StandardCharsets.ISO_8859_1).indexOf(value);
    assertThat(at).isPositive();
    return at;
  }

  private void assertRotten(String value) throws IOException {
    long offset = offsetOf(value);
    assertThatThrownBy(() -> damaged(value))
        .isInstanceOfSatisfying(
            CorruptionException.class,
            e -> {
              assertThat(e.path()).contains(log);
              assertThat(e.offset().orElseThrow()).isBetween(offset - 48, offset);
            });
  }

  @Test
  void damageBehindWhatWasDurableIsATornTail() throws IOException {
    engine.put(1, "one");
    engine.put(2, "two");
    engine.put(3, "three");
    SmallEngine found = damaged("two");
    assertThat(found.get(1)).isEqualTo("one");
    assertThat(found.get(2)).isNull();
    assertThat(found.get(3)).isNull();
    assertThat(found.metric("tornBytes")).isEqualTo(32 + 33);
    found.put(3, "again");
    found.reopen();
    assertThat(found.metric("tornBytes")).isZero();
    assertThat(found.get(3)).isEqualTo("again");
    assertThat(found.get(2)).isNull();
  }

  @Test
  void damageBeforeAMarkIsRot() throws IOException {
    engine.put(1, "one");
    engine.put(2, "two");
    engine.store.flush();
    engine.machine.executor().advance(Duration.ofSeconds(2));
    engine.put(3, "three");
    assertRotten("one");
    assertRotten("two");
    assertThat(damaged("three").get(2)).isEqualTo("two");
  }

  @Test
  void damageBeforeWhereTheManifestSaysDurableIsRot() throws IOException {
    engine.put(1, "one");
    engine.put(2, "two");
    engine.store.close();
    assertRotten("two");
  }

  @Test
  void nothingIsTornOffAWholeLog() {
    engine.put(1, "one");
    SmallEngine found = killed();
    assertThat(found.metric("tornBytes")).isZero();
    assertThat(found.metric("replayedBytes")).isEqualTo(32);
    assertThat(found.get(1)).isEqualTo("one");
  }

  @Test
  void aBatchOfWhichTheCommitIsDamagedIsLeftOut() throws IOException {
    engine.put(1, "one");
    engine.store.write(
        new KvBatch()
            .put(SmallEngine.key(1), SmallEngine.bytes("other"))
            .put(SmallEngine.key(2), SmallEngine.bytes("last")));
    var machine = engine.machine.afterKill();
    machine.disk().flipBit(log, offsetOf("last") + 8 + 24, 0);
    SmallEngine found = new SmallEngine(machine, engine.options);
    assertThat(found.get(1)).isEqualTo("one");
    assertThat(found.get(2)).isNull();
  }
}
