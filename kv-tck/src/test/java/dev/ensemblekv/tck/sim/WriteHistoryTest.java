// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.tck.reference.ReferenceBackend;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a history lets pass of writes that others make. */
class WriteHistoryTest {
  private static final byte[] KEY = bytes("key");
  private static final byte[] OTHER = bytes("other");

  @TempDir Path temp;

  private final WriteHistory history = new WriteHistory();
  private KvStore found;

  @BeforeEach
  void open() {
    found =
        KvEnvironment.builder()
            .backend(new ReferenceBackend())
            .build()
            .open("reference", temp.resolve("found"), KvOptions.defaults());
  }

  @AfterEach
  void close() {
    found.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private WriteHistory.Write begin(int writer, String value) {
    return history.begin(writer, new KvBatch().put(KEY, bytes(value)));
  }

  private void assertPasses() {
    history.check(found);
    history.checkAfterKill(found);
  }

  private void assertCaught(String saying) {
    assertThatThrownBy(() -> history.check(found))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(saying);
  }

  @Test
  void aWriteThatHasOnlyBegunMayBeThereOrNot() {
    begin(1, "begun");
    assertPasses();
    found.put(KEY, bytes("begun"));
    assertPasses();
  }

  @Test
  void aCompletedWriteMayBeLostWithThePowerButNotByAKill() {
    begin(1, "completed").completed();
    history.check(found);
    assertThatThrownBy(() -> history.checkAfterKill(found))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("version 1, 'completed', had to survive; found was version 0");
  }

  @Test
  void aDurableWriteMustBeThereUnlessALaterOneIs() {
    begin(1, "early").completed();
    begin(1, "durable").durable();
    begin(1, "late");
    assertCaught("version 2, 'durable', had to survive; found was version 0");
    found.put(KEY, bytes("early"));
    assertCaught("version 2, 'durable', had to survive; found was version 1");
    found.put(KEY, bytes("durable"));
    assertPasses();
    found.put(KEY, bytes("late"));
    assertPasses();
  }

  @Test
  void ofWritersInNoKnownOrderAnyMayBeTheLast() {
    begin(1, "one").durable();
    begin(2, "two").durable();
    begin(2, "two again").durable();
    found.put(KEY, bytes("one"));
    assertPasses();
    found.put(KEY, bytes("two again"));
    assertPasses();
    found.put(KEY, bytes("two"));
    assertCaught("had to survive");
    found.delete(KEY);
    assertCaught("had to survive");
  }

  @Test
  void ofABatchAllKeysShowThePartOrNone() {
    history.begin(1, new KvBatch().put(KEY, bytes("a")).put(OTHER, bytes("b"))).completed();
    history.check(found);
    found.put(KEY, bytes("a"));
    assertCaught("is there after the crash, but not all of it");
    found.put(OTHER, bytes("b"));
    assertPasses();
  }

  /** A crash takes only the latest changes of a key: what came before a later one was there. */
  @Test
  void aLaterWriteOfOneKeyShowsThatTheBatchBeforeItWasThere() {
    history.begin(1, new KvBatch().put(KEY, bytes("a")).put(OTHER, bytes("b"))).completed();
    begin(1, "later").completed();
    found.put(KEY, bytes("later"));
    assertCaught(
        "is there after the crash, but not all of it; as it was then or later: 'key' is 'later'; as"
            + " it was before: 'other' is absent");
  }

  @Test
  void whatWasFoundAndCheckedMustStay() {
    begin(1, "begun");
    found.put(KEY, bytes("begun"));
    history.beginWith(found);
    assertPasses();
    found.delete(KEY);
    assertCaught("version 0, 'begun', had to survive");
    begin(2, "later").completed();
    found.put(KEY, bytes("later"));
    assertPasses();
  }

  @Test
  void whatWasNotFoundMustNotComeBack() {
    begin(1, "begun");
    history.beginWith(found);
    assertPasses();
    found.put(KEY, bytes("begun"));
    assertCaught("had to survive; found was never written");
  }

  @Test
  void aWriteThatIsNotSeenWhenItIsSettledNeverWas() {
    history.begin(1, new KvBatch().put(KEY, bytes("a")).put(OTHER, bytes("b")));
    history.settle(found);
    begin(1, "later").completed();
    found.put(KEY, bytes("later"));
    assertPasses();
    found.put(OTHER, bytes("b"));
    assertCaught("");
  }

  @Test
  void aWriteThatIsSeenWhenItIsSettledIsCompleted() {
    begin(1, "begun");
    found.put(KEY, bytes("begun"));
    history.settle(found);
    assertPasses();
    found.delete(KEY);
    history.check(found);
    assertThatThrownBy(() -> history.checkAfterKill(found))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("version 1, 'begun', had to survive");
  }

  @Test
  void thePositionMovesWhenMoreIsDemanded() {
    long before = history.position();
    WriteHistory.Write write = begin(1, "value");
    write.completed();
    assertThat(history.position()).isEqualTo(before);
    write.durable();
    assertThat(history.position()).isGreaterThan(before);
  }
}
