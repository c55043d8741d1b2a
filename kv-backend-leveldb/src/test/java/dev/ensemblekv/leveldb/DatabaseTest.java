// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The files of a database that is not open: what is wrong with them is told, with the file. */
class DatabaseTest {
  private static final byte[] LOG =
      new LogBuilder().batch(1, new byte[] {1}).batch(2, new byte[] {2}).bytes();

  private final DatabaseFixture fixture;

  DatabaseTest() throws IOException {
    fixture = new DatabaseFixture(LOG);
  }

  private void assertCorrupt(Path path) {
    assertThatThrownBy(fixture::recover)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("restore")
        .satisfies(e -> assertThat(((KvException) e).path()).contains(path));
  }

  @Test
  void aSoundDatabaseTellsItsLastSequenceAsABoundOfItsKeys() throws IOException {
    assertThat(fixture.recover().keysBound()).isEqualTo(2);
    assertThat(fixture.recover().logBytes()).isEqualTo(LOG.length);
  }

  @Test
  void whatWasCountedAtACleanCloseIsABetterBound() throws IOException {
    fixture.closeCleanly(1);
    assertThat(fixture.recover().keysBound()).isEqualTo(1);
  }

  @Test
  void aLogBehindALossOfPowerIsDroppedAndOneThatFollowsIsKept() throws IOException {
    byte[] next = new LogBuilder().batch(3, new byte[] {3}).bytes();
    Path newer = fixture.directory.resolve(FileNames.log(DatabaseFixture.LOG_NUMBER + 1));
    fixture.write(newer, next);
    assertThat(fixture.recover().keysBound()).isEqualTo(3);
    assertThat(fixture.disk.contents(newer)).isEqualTo(next);

    fixture.disk.damage(fixture.log, Arrays.copyOf(LOG, LOG.length - 1));
    Database database = fixture.recover();
    assertThat(database.keysBound()).isLessThan(3);
    assertThat(database.droppedBytes()).isGreaterThanOrEqualTo(next.length);
    assertThat(fixture.disk.contents(newer)).isEmpty();
    assertThat(fixture.recover().keysBound()).isEqualTo(database.keysBound());
  }

  /** The manifest may know of all batches of both: it is written whenever tables are compacted. */
  @Test
  void logsBehindOneThatALossOfPowerEmptiedAreDropped() throws IOException {
    Path newer = fixture.directory.resolve(FileNames.log(DatabaseFixture.LOG_NUMBER + 1));
    Path newest = fixture.directory.resolve(FileNames.log(DatabaseFixture.LOG_NUMBER + 2));
    for (int last = 0; last <= 5; last++) {
      fixture.write(
          fixture.manifest,
          DatabaseFixture.manifest().record(DatabaseFixture.edit(4, last)).bytes());
      fixture.write(fixture.log, new byte[0]);
      fixture.write(newer, new LogBuilder().batch(3, new byte[] {3}).bytes());
      fixture.write(newest, new LogBuilder().batch(4, new byte[] {4}).bytes());
      fixture.recover();
      assertThat(fixture.disk.contents(newer)).isEmpty();
      assertThat(fixture.disk.contents(newest)).isEmpty();
    }
  }

  @Test
  void aGapBetweenLogsThatWereClosedCleanlyIsCorruption() throws IOException {
    Path newer = fixture.directory.resolve(FileNames.log(DatabaseFixture.LOG_NUMBER + 1));
    fixture.write(newer, new LogBuilder().batch(4, new byte[] {4}).bytes());
    fixture.closeCleanly(3);
    assertCorrupt(newer);
  }

  @Test
  void aFileThatIsMissingIsCorruption() throws IOException {
    for (Path path : new Path[] {fixture.log, fixture.manifest, fixture.current}) {
      fixture.disk.delete(path);
      assertCorrupt(path);
    }
  }

  @Test
  void aCurrentFileThatNamesNoManifestIsCorruption() throws IOException {
    for (String text : new String[] {"", "MANIFEST-000002", "manifest\n", "MANIFEST-000002\n\n"}) {
      fixture.write(fixture.current, text.getBytes(StandardCharsets.ISO_8859_1));
      assertCorrupt(fixture.current);
    }
  }

  @Test
  void everyFlippedBitOfTheManifestIsCorruption() throws IOException {
    byte[] sound = fixture.disk.contents(fixture.manifest);
    for (int at = 0; at < sound.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        fixture.disk.flipBit(fixture.manifest, at, bit);
        assertCorrupt(fixture.manifest);
        fixture.disk.damage(fixture.manifest, sound);
      }
    }
  }

  @Test
  void theTornEndOfAManifestIsCutOff() throws IOException {
    int whole = DatabaseFixture.manifest().bytes().length;
    LogBuilder longer = DatabaseFixture.manifest().record(DatabaseFixture.edit(4, 100));
    for (int length = whole; length < longer.bytes().length; length++) {
      fixture.write(fixture.manifest, Arrays.copyOf(longer.bytes(), length));
      fixture.recover();
      assertThat(fixture.disk.contents(fixture.manifest)).hasSize(whole);
      fixture.write(
          fixture.manifest, Arrays.copyOf(Arrays.copyOf(longer.bytes(), length), 64 << 10));
      fixture.recover();
      assertThat(fixture.disk.contents(fixture.manifest)).hasSize(whole);
    }
  }

  @Test
  void aManifestThatEndsTooEarlyIsCorruption() throws IOException {
    int first = DatabaseFixture.manifest().ends().get(0);
    for (int length : new int[] {0, 5, first, first + 8}) {
      fixture.write(fixture.manifest, Arrays.copyOf(DatabaseFixture.manifest().bytes(), length));
      assertCorrupt(fixture.manifest);
    }
  }

  @Test
  void aTableThatIsMissingOrShortIsCorruption() throws IOException {
    fixture.write(
        fixture.manifest,
        DatabaseFixture.manifest()
            .record(DatabaseFixture.edit(7, 0, 9, 100, "12345678", "12345678"))
            .bytes());
    Path table = fixture.directory.resolve("000009.sst");
    assertCorrupt(table);
    fixture.write(table, new byte[99]);
    assertCorrupt(table);
  }

  @Test
  void aDatabaseOfAnotherOrderIsRefused() throws IOException {
    fixture.write(
        fixture.manifest,
        DatabaseFixture.manifest().record(DatabaseFixture.edit(1, "mine")).bytes());
    assertThatThrownBy(fixture::recover)
        .isNotInstanceOf(CorruptionException.class)
        .hasMessageContainingAll("comparator", "'mine'");
  }

  @Test
  void aDatabaseOfALaterReleaseIsRefused() throws IOException {
    fixture.write(
        fixture.manifest,
        DatabaseFixture.manifest()
            .record(DatabaseFixture.edit(7, 0, 9, 100, "12345678", "12345678"))
            .bytes());
    fixture.write(fixture.directory.resolve("000009.ldb"), new byte[100]);
    assertThatThrownBy(fixture::recover)
        .isNotInstanceOf(CorruptionException.class)
        .hasMessageContaining("1.14");
  }

  @Test
  void theMarkOfACleanCloseMeansNothingOnceAnotherProgramOpenedTheDatabase() throws IOException {
    fixture.closeCleanly(1);
    fixture.write(fixture.directory.resolve("MANIFEST-000005"), fixture.manifestBytes());
    fixture.write(fixture.current, "MANIFEST-000005\n".getBytes(StandardCharsets.ISO_8859_1));
    fixture.write(fixture.log, Arrays.copyOf(LOG, LOG.length - 1));
    assertThat(fixture.recover().keysBound()).isEqualTo(1);
    assertThat(fixture.recover().logBytes()).isLessThan(LOG.length);
  }

  @Test
  void aDamagedMarkIsCorruption() throws IOException {
    fixture.closeCleanly(1);
    Path marker = fixture.directory.resolve(CleanMarker.NAME);
    fixture.disk.flipBit(marker, 30, 0);
    assertCorrupt(marker);
  }
}
