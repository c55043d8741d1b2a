// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static dev.ensemblekv.json.Fixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.tck.sim.DiskOperation;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damage on disk: found at open and by verify, never wrong data, and the file is left as it is. */
class DamagedFileTest {
  private final Fixture fixture = new Fixture();
  private byte[] sound = new byte[0];

  @BeforeEach
  void store() throws IOException {
    try (KvStore store = fixture.open()) {
      put(store, "key", "värde \"1\"");
      put(store, "other", "2");
      store.put(new byte[] {(byte) 0xFF}, new byte[] {(byte) 0xFE});
    }
    sound = fixture.disk().contents(fixture.file());
  }

  private void assertRefused(String damage) throws IOException {
    byte[] damaged = fixture.disk().contents(fixture.file());
    assertThatThrownBy(fixture::open)
        .as(damage)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(fixture.file().toString());
    assertThat(fixture.disk().contents(fixture.file())).as(damage).isEqualTo(damaged);
  }

  @Test
  void aFileCutAnywhereIsCorrupt() throws IOException {
    for (int length = 0; length < sound.length; length++) {
      fixture.disk().cut(fixture.file(), length);
      assertRefused("cut to " + length);
      fixture.disk().damage(fixture.file(), sound);
    }
    fixture.open().close();
  }

  @Test
  void aFileWithAnyBitFlippedIsCorrupt() throws IOException {
    for (int offset = 0; offset < sound.length; offset++) {
      for (int bit = 0; bit < 8; bit++) {
        fixture.disk().flipBit(fixture.file(), offset, bit);
        assertRefused("bit " + bit + " of byte " + offset);
        fixture.disk().damage(fixture.file(), sound);
      }
    }
    fixture.open().close();
  }

  @Test
  void aPageOfZerosIsCorrupt() throws IOException {
    for (int start = 0; start < sound.length; start += 16) {
      byte[] zeroed = sound.clone();
      for (int i = start; i < Math.min(sound.length, start + 16); i++) {
        zeroed[i] = 0;
      }
      fixture.disk().damage(fixture.file(), zeroed);
      assertRefused("zeros from " + start);
    }
  }

  @Test
  void aFileWithSomethingAppendedIsCorrupt() throws IOException {
    fixture.damage(fixture.text() + "\n");
    assertRefused("an empty line at the end");
    fixture.damage(fixture.text() + "{}");
    assertRefused("an object at the end");
  }

  @Test
  void aMissingFileIsCorruptionAndNotMadeAnew() throws IOException {
    fixture.disk().delete(fixture.file());
    assertThatThrownBy(fixture::open)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("missing");
    assertThat(fixture.disk().exists(fixture.file())).isFalse();
  }

  @Test
  void theMessageTellsThePlaceAndWhatToDo() throws IOException {
    fixture.damage(fixture.text().replace("\"other\"", "\"other"));
    assertThatThrownBy(fixture::open)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContainingAll("line 8, column ", "crc32c", "json.acceptEdit=true")
        .satisfies(e -> assertThat(((CorruptionException) e).offset()).isPresent());
  }

  @Test
  void theMessageOfAChecksumThatDoesNotMatchTellsHowToAcceptAnEdit() throws IOException {
    fixture.damage(fixture.text().replace("\"2\"", "\"3\""));
    assertThatThrownBy(fixture::open)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContainingAll("checksum", "left as it is", "crc32c", "json.acceptEdit=true");
  }

  @Test
  void aFileThatCannotBeReadIsNoCorruption() {
    fixture.disk().faults().fail(DiskOperation.READ, fixture.file()::equals, 0, 1);
    assertThatThrownBy(fixture::open)
        .isNotInstanceOf(CorruptionException.class)
        .hasMessageContaining("cannot be read");
    fixture.open().close();
  }

  @Test
  void theFileOfAnotherStoreIsNotTakenForThisOne() throws IOException {
    Fixture other = new Fixture(fixture.machine.afterKill());
    other.disk().delete(fixture.machine.directory().resolve("STORE"));
    other.disk().delete(other.file());
    other.open().close();
    other.disk().damage(other.file(), sound);
    assertThatThrownBy(other::open)
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContainingAll("of the store", "crc32c", "store");
  }

  @Test
  void verifyFindsDamageInAStoreThatIsOpen() throws IOException {
    try (KvStore store = fixture.open()) {
      fixture.disk().flipBit(fixture.file(), sound.length - 20, 0);
      assertThat(verify(store).problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.path()).isEqualTo(fixture.file()));
      fixture.disk().damage(fixture.file(), sound);
      assertThat(verify(store).problems()).isEmpty();
      fixture.disk().delete(fixture.file());
      assertThat(verify(store).problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("missing"));
    }
  }

  @Test
  void verifyFindsAFileThatIsSoundButOld() throws IOException {
    try (KvStore store = fixture.open()) {
      put(store, "key", "new");
      store.flush();
      assertThat(verify(store).problems()).isEmpty();
      fixture.disk().damage(fixture.file(), sound);
      assertThat(verify(store).problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("replaced"));
    }
  }

  @Test
  void verifyTellsOfAFileThatCannotBeRead() {
    try (KvStore store = fixture.open()) {
      fixture.disk().faults().fail(DiskOperation.OPEN, fixture.file()::equals, 0, 1);
      assertThat(verify(store).problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("cannot be read"));
    }
  }

  private KvTask.Result verify(KvStore store) {
    KvTask task = store.verify();
    fixture.executor().runAll();
    return task.result();
  }
}
