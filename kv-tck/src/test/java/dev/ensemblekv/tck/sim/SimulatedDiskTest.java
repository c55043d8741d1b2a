// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
  private static final int SEEDS = 400;
  private static final Path DIRECTORY = Path.of("/data");
  private static final Path FILE = DIRECTORY.resolve("file");
  private static final Path OTHER = DIRECTORY.resolve("other");

  private final SimulatedDisk disk = new SimulatedDisk();

  @BeforeEach
  void createDirectory() throws IOException {
    disk.createDirectories(DIRECTORY);
    disk.syncDirectory(DIRECTORY.getRoot());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void write(DiskFile file, long position, String text) throws IOException {
    file.write(position, bytes(text), 0, text.length());
  }

  private static String read(SimulatedDisk disk, Path path) throws IOException {
    return disk.exists(path) ? new String(disk.contents(path), StandardCharsets.UTF_8) : "missing";
  }

  private DiskFile durableFile(String text) throws IOException {
    DiskFile file = disk.create(FILE);
    write(file, 0, text);
    file.force();
    disk.syncDirectory(DIRECTORY);
    return file;
  }

  /** Collects what a file can be after a crash. */
  private Set<String> outcomes(Path path) throws IOException {
    Set<String> outcomes = new TreeSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      outcomes.add(read(disk.afterCrash(seed), path));
    }
    return outcomes;
  }

  @Test
  void whatIsForcedAndItsNameSyncedSurvives() throws IOException {
    durableFile("old");
    assertThat(disk.isDurable()).isTrue();
    assertThat(outcomes(FILE)).containsExactly("old");
  }

  @Test
  void aReadPastTheCacheFindsWhatIsOnTheMedium() throws IOException {
    DiskFile file = durableFile("old");
    write(file, 0, "new and more");
    byte[] bytes = new byte[12];
    assertThat(file.readPastCache(0, bytes, 0, 12)).isEqualTo(3);
    assertThat(new String(bytes, 0, 3, StandardCharsets.UTF_8)).isEqualTo("old");
    file.force();
    assertThat(file.readPastCache(0, bytes, 0, 12)).isEqualTo(12);
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("new and more");
  }

  @Test
  void aForcedFileWithoutASyncedNameCanBeLost() throws IOException {
    DiskFile file = disk.create(FILE);
    write(file, 0, "old");
    file.force();
    assertThat(outcomes(FILE)).containsExactlyInAnyOrder("old", "missing");
  }

  @Test
  void anAppendIsKeptDroppedTornOrZeroed() throws IOException {
    DiskFile file = durableFile("old");
    write(file, 3, "new");
    assertThat(disk.isDurable()).isFalse();
    assertThat(outcomes(FILE))
        .containsExactlyInAnyOrder("oldnew", "old", "oldn", "oldne", "old\0\0\0");
  }

  @Test
  void anOverwriteLeavesOldBytesOrNewOnes() throws IOException {
    DiskFile file = durableFile("old");
    write(file, 0, "new");
    assertThat(outcomes(FILE)).containsExactlyInAnyOrder("old", "nld", "ned", "new");
  }

  @Test
  void pagesAreLostEachByItself() throws IOException {
    DiskFile file = durableFile("");
    write(file, 0, "a");
    write(file, FileContent.PAGE_BYTES, "b");
    Set<String> outcomes = outcomes(FILE);
    String hole = "\0".repeat(FileContent.PAGE_BYTES - 1);
    assertThat(outcomes).contains("", "a", "a" + hole + "b", "\0" + hole + "b");
  }

  @Test
  void ofOnePageALaterWriteIsNotThereWithoutAnEarlierOne() throws IOException {
    DiskFile file = durableFile("");
    write(file, 0, "a");
    write(file, 1, "b");
    assertThat(outcomes(FILE)).contains("", "a", "ab", "a\0").doesNotContain("\0b");
  }

  @Test
  void aTruncationCanBeLost() throws IOException {
    DiskFile file = durableFile("long");
    file.truncate(1);
    assertThat(file.size()).isEqualTo(1);
    assertThat(outcomes(FILE)).containsExactlyInAnyOrder("long", "l");
    file.force();
    assertThat(outcomes(FILE)).containsExactly("l");
  }

  @Test
  void whatWasCutOffCanComeBackBehindWhatWasWrittenSince() throws IOException {
    DiskFile file = durableFile("long");
    file.truncate(1);
    write(file, 1, "x");
    assertThat(outcomes(FILE)).contains("lx", "l", "long", "lxng");
    file.force();
    assertThat(outcomes(FILE)).containsExactly("lx");
  }

  @Test
  void whatIsOpenWhenThePowerGoesIsOfNoUseAfterwards() throws IOException {
    DiskFile file = durableFile("kept");
    DiskLock lock = disk.tryLock(OTHER).orElseThrow();
    write(file, 4, "lost");
    boolean lost = false;
    for (int seed = 0; seed < SEEDS && !lost; seed++) {
      lost = read(disk.afterCrash(seed), FILE).equals("kept");
      if (lost) {
        disk.losePower(seed);
      }
    }
    assertThat(read(disk, FILE)).isEqualTo("kept");
    assertThat(disk.isDurable()).isTrue();
    assertThatThrownBy(file::size).isInstanceOf(SimulatedCrash.class);
    DiskLock next = disk.tryLock(OTHER).orElseThrow();
    lock.close();
    assertThat(disk.tryLock(OTHER)).as("held by the next").isEmpty();
    next.close();
    assertThat(disk.tryLock(OTHER)).isPresent();
  }

  @Test
  void bytesBehindATruncationAreZeroWhenTheFileGrowsAgain() throws IOException {
    DiskFile file = durableFile("long");
    file.truncate(1);
    write(file, 3, "x");
    assertThat(read(disk, FILE)).isEqualTo("l\0\0x");
  }

  @Test
  void aWriteOverManyPagesIsReadBack() throws IOException {
    DiskFile file = durableFile("");
    String text = "0123456789".repeat(1000);
    write(file, 4000, text);
    byte[] back = new byte[text.length() + 10];
    assertThat(file.read(4000, back, 5, text.length() + 5)).isEqualTo(text.length());
    assertThat(new String(back, 5, text.length(), StandardCharsets.UTF_8)).isEqualTo(text);
    assertThat(file.read(20_000, back, 0, 1)).isZero();
  }

  @Test
  void aRenameLeavesTheOldFileOrTheNew() throws IOException {
    durableFile("old");
    DiskFile replacement = disk.create(OTHER);
    write(replacement, 0, "new");
    replacement.force();
    disk.rename(OTHER, FILE);
    assertThat(outcomes(FILE)).containsExactlyInAnyOrder("old", "new");
    disk.syncDirectory(DIRECTORY);
    assertThat(outcomes(FILE)).containsExactly("new");
    assertThat(outcomes(OTHER)).containsExactly("missing");
  }

  @Test
  void aRenameOfAFileThatWasNotForcedCanLeaveAnEmptyFile() throws IOException {
    durableFile("old");
    DiskFile replacement = disk.create(OTHER);
    write(replacement, 0, "new");
    disk.rename(OTHER, FILE);
    disk.syncDirectory(DIRECTORY);
    assertThat(outcomes(FILE)).contains("", "new").doesNotContain("old");
  }

  @Test
  void aRenameThatIsNotAtomicCanLeaveNeither() throws IOException {
    durableFile("old");
    disk.create(OTHER);
    disk.faults().omit(DiskOperation.RENAME);
    disk.rename(OTHER, FILE);
    assertThat(outcomes(FILE)).containsExactlyInAnyOrder("old", "", "missing");
  }

  @Test
  void aDeletionCanBeLost() throws IOException {
    durableFile("old");
    disk.delete(FILE);
    assertThat(disk.exists(FILE)).isFalse();
    assertThat(outcomes(FILE)).containsExactlyInAnyOrder("old", "missing");
    disk.syncDirectory(DIRECTORY);
    assertThat(outcomes(FILE)).containsExactly("missing");
  }

  @Test
  void namesAreLostEachByItself() throws IOException {
    disk.create(FILE);
    disk.create(OTHER);
    Set<String> outcomes = new TreeSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      outcomes.add(disk.afterCrash(seed).list(DIRECTORY).toString());
    }
    assertThat(outcomes).containsExactlyInAnyOrder("[]", "[file]", "[other]", "[file, other]");
  }

  @Test
  void aDirectoryThatIsNotSyncedTakesItsFilesAlong() throws IOException {
    Path inner = DIRECTORY.resolve("inner");
    Path file = inner.resolve("file");
    disk.createDirectories(inner);
    disk.create(file);
    disk.syncDirectory(inner);
    assertThat(outcomes(file)).containsExactlyInAnyOrder("", "missing");
    disk.syncDirectory(DIRECTORY);
    assertThat(outcomes(file)).containsExactly("");
  }

  @Test
  void theSameSeedGivesTheSameDisk() throws IOException {
    DiskFile file = durableFile("old");
    for (int i = 0; i < 50; i++) {
      write(file, i * 1000L, "piece" + i);
    }
    for (int seed = 0; seed < 20; seed++) {
      assertThat(disk.afterCrash(seed).contents(FILE))
          .isEqualTo(disk.afterCrash(seed).contents(FILE));
    }
  }

  @Test
  void aKilledProcessLosesNothingButItsLocks() throws IOException {
    DiskFile file = durableFile("old");
    write(file, 3, "new");
    assertThat(disk.tryLock(OTHER)).isPresent();
    assertThat(disk.tryLock(OTHER)).isEmpty();
    SimulatedDisk next = disk.afterKill();
    assertThat(read(next, FILE)).isEqualTo("oldnew");
    assertThat(next.tryLock(OTHER)).isPresent();
    assertThat(next.isDurable()).isFalse();
    assertThat(disk.tryLock(OTHER)).isEmpty();
  }

  @Test
  void whatIsWrittenAfterAKillIsNotSeenOnTheDiskBefore() throws IOException {
    durableFile("old");
    SimulatedDisk next = disk.afterKill();
    try (DiskFile file = next.open(FILE)) {
      write(file, 0, "NEW");
    }
    assertThat(read(disk, FILE)).isEqualTo("old");
  }

  @Test
  void aLockIsFreeAgainWhenItIsClosed() throws IOException {
    try (var lock = disk.tryLock(OTHER).orElseThrow()) {
      assertThat(lock).isNotNull();
      assertThat(disk.exists(OTHER)).isTrue();
    }
    assertThat(disk.tryLock(OTHER)).isPresent();
  }

  @Test
  void aCrashComesBeforeTheChangeAskedForAndEndsEverything() throws IOException {
    DiskFile file = durableFile("old");
    disk.crashAt(disk.changes() + 1);
    write(file, 0, "n");
    assertThatThrownBy(() -> write(file, 1, "e")).isInstanceOf(SimulatedCrash.class);
    assertThatThrownBy(() -> disk.exists(FILE)).isInstanceOf(SimulatedCrash.class);
    assertThatThrownBy(file::size).isInstanceOf(SimulatedCrash.class);
    assertThat(outcomes(FILE)).containsExactlyInAnyOrder("old", "nld");
  }

  @Test
  void readsAreNotChanges() throws IOException {
    DiskFile file = durableFile("old");
    long before = disk.changes();
    file.read(0, new byte[3], 0, 3);
    disk.list(DIRECTORY);
    disk.exists(FILE);
    assertThat(disk.changes()).isEqualTo(before);
    file.force();
    assertThat(disk.changes()).isEqualTo(before + 1);
  }

  @Test
  void aFailedForceLiesAfterwards() throws IOException {
    DiskFile file = durableFile("old");
    write(file, 3, "new");
    disk.faults().fail(DiskOperation.FORCE, 0);
    assertThatThrownBy(file::force).isInstanceOf(IOException.class);
    file.force();
    assertThat(read(disk, FILE)).isEqualTo("oldnew");
    assertThat(outcomes(FILE)).containsExactly("old");
    assertThat(disk.isDurable()).isFalse();
  }

  @Test
  void theChangeAskedForFailsOnce() throws IOException {
    DiskFile file = durableFile("old");
    disk.faults().failChange(disk.changes());
    assertThatThrownBy(() -> write(file, 0, "new")).isInstanceOf(IOException.class);
    assertThat(read(disk, FILE)).isEqualTo("old");
    write(file, 0, "new");
    assertThat(read(disk, FILE)).isEqualTo("new");
  }

  @Test
  void anOperationFailsOnThePathsAndAsOftenAsAskedFor() throws IOException {
    DiskFile file = durableFile("old");
    disk.create(OTHER);
    disk.faults().fail(DiskOperation.READ, FILE::equals, 1, 2);
    byte[] buffer = new byte[1];
    file.read(0, buffer, 0, 1);
    assertThatThrownBy(() -> file.read(0, buffer, 0, 1)).isInstanceOf(IOException.class);
    disk.open(OTHER).read(0, buffer, 0, 1);
    assertThatThrownBy(() -> file.read(0, buffer, 0, 1)).isInstanceOf(IOException.class);
    file.read(0, buffer, 0, 1);
  }

  @Test
  void aFullDiskTakesWhatFitsAndWorksAgainWhenThereIsRoom() throws IOException {
    DiskFile file = durableFile("old");
    disk.faults().fullAfter(2);
    assertThat(disk.usableBytes(FILE)).isEqualTo(2);
    assertThatThrownBy(() -> write(file, 3, "new"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left on device");
    assertThat(read(disk, FILE)).isEqualTo("oldne");
    write(file, 0, "OLD");
    file.truncate(3);
    write(file, 3, "ok");
    disk.faults().clear();
    write(file, 3, "more than before");
    assertThat(read(disk, FILE)).isEqualTo("OLDmore than before");
  }

  @Test
  void aForceLeftOutMakesNothingDurable() throws IOException {
    DiskFile file = durableFile("old");
    disk.faults().omit(DiskOperation.FORCE, FILE::equals);
    write(file, 0, "new");
    file.force();
    assertThat(outcomes(FILE)).contains("old");
  }

  @Test
  void aDirectorySyncLeftOutMakesNothingDurable() throws IOException {
    disk.faults().omit(DiskOperation.SYNC_DIRECTORY);
    durableFile("old");
    assertThat(outcomes(FILE)).contains("missing");
  }

  @Test
  void aTruncationADeletionAndALockLeftOutDoNothing() throws IOException {
    DiskFile file = durableFile("old");
    disk.faults().omit(DiskOperation.TRUNCATE);
    disk.faults().omit(DiskOperation.DELETE);
    disk.faults().omit(DiskOperation.LOCK);
    file.truncate(0);
    disk.delete(FILE);
    assertThat(read(disk, FILE)).isEqualTo("old");
    assertThat(disk.tryLock(OTHER)).isPresent();
    assertThat(disk.tryLock(OTHER)).isPresent();
  }

  @Test
  void aCallWhoseResultIsNeededCannotBeLeftOut() {
    assertThatThrownBy(() -> disk.faults().omit(DiskOperation.WRITE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void damageIsOnTheMedium() throws IOException {
    durableFile("old");
    disk.flipBit(FILE, 0, 5);
    assertThat(outcomes(FILE)).containsExactly("Old");
    disk.cut(FILE, 2);
    assertThat(outcomes(FILE)).containsExactly("Ol");
  }

  @Test
  void filesAndDirectoriesBehaveAsOnTheRealDisk() throws IOException {
    durableFile("old");
    Disk any = disk;
    assertThatThrownBy(() -> any.create(FILE)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> any.open(OTHER)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> any.list(OTHER)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> any.delete(DIRECTORY)).isInstanceOf(DirectoryNotEmptyException.class);
    any.delete(OTHER);
    assertThat(any.isDirectory(DIRECTORY)).isTrue();
    assertThat(any.isDirectory(FILE)).isFalse();
    assertThatThrownBy(() -> write(any.openReadOnly(FILE), 0, "x")).isInstanceOf(IOException.class);
    DiskFile finished = any.open(FILE);
    finished.finish();
    assertThatThrownBy(() -> write(finished, 0, "x")).isInstanceOf(IOException.class);
    assertThat(finished.size()).isEqualTo(3);
    DiskFile closed = any.open(FILE);
    closed.close();
    closed.close();
    assertThatThrownBy(closed::size).isInstanceOf(IOException.class);
  }

  @Test
  void anOpenFileOutlivesItsName() throws IOException {
    DiskFile file = durableFile("old");
    disk.delete(FILE);
    write(file, 0, "new");
    assertThat(file.size()).isEqualTo(3);
    assertThat(disk.exists(FILE)).isFalse();
  }

  @Test
  void twoNamesAreOfOneFile() throws IOException {
    DiskFile file = durableFile("old");
    disk.faults().fullAfter(0);
    disk.link(FILE, OTHER);
    write(file, 0, "new");
    assertThat(read(disk, OTHER)).isEqualTo("new");
    disk.rename(OTHER, FILE);
    assertThat(disk.list(DIRECTORY)).containsExactly("file", "other");
    disk.delete(FILE);
    assertThat(read(disk, OTHER)).isEqualTo("new");
    assertThat(disk.usableBytes(OTHER)).isZero();
    disk.delete(OTHER);
    assertThat(disk.usableBytes(OTHER)).isEqualTo(3);
  }

  @Test
  void aNameIsNotGivenTwiceNorToNothing() throws IOException {
    durableFile("old");
    disk.create(OTHER);
    assertThatThrownBy(() -> disk.link(FILE, OTHER)).isInstanceOf(FileAlreadyExistsException.class);
    Path third = DIRECTORY.resolve("third");
    assertThatThrownBy(() -> disk.link(third, DIRECTORY.resolve("fourth")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void twoNamesAreOfOneFileAfterACrashToo() throws IOException {
    DiskFile file = durableFile("old");
    disk.link(FILE, OTHER);
    disk.syncDirectory(DIRECTORY);
    write(file, 3, "new");
    for (int seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk found = disk.afterCrash(seed);
      assertThat(read(found, OTHER)).isEqualTo(read(found, FILE));
      write(found.open(OTHER), 0, "NEW");
      assertThat(read(found, FILE)).startsWith("NEW");
    }
    SimulatedDisk next = disk.afterKill();
    write(next.open(OTHER), 0, "NEW");
    assertThat(read(next, FILE)).isEqualTo("NEWnew");
    next.syncDirectory(DIRECTORY);
    assertThat(read(disk, FILE)).isEqualTo("oldnew");
  }

  @Test
  void aSecondNameThatIsNotSyncedCanBeLost() throws IOException {
    durableFile("old");
    disk.link(FILE, OTHER);
    assertThat(outcomes(OTHER)).containsExactlyInAnyOrder("old", "missing");
    disk.syncDirectory(DIRECTORY);
    assertThat(outcomes(OTHER)).containsExactly("old");
  }

  @Test
  void aSyncOfOneNameLeavesThatInAnotherDirectoryAsItIs() throws IOException {
    Path inner = DIRECTORY.resolve("inner");
    Path link = inner.resolve("link");
    disk.createDirectories(inner);
    durableFile("old");
    disk.link(FILE, link);
    disk.delete(FILE);
    disk.syncDirectory(inner);
    assertThat(outcomes(FILE)).containsExactlyInAnyOrder("old", "missing");
    assertThat(outcomes(link)).containsExactly("old");
  }

  @Test
  void aSyncBehindARenameMakesWhereItCameFromDurableToo() throws IOException {
    Path inner = DIRECTORY.resolve("inner");
    disk.createDirectories(inner);
    disk.syncDirectory(DIRECTORY);
    disk.create(FILE);
    disk.rename(FILE, inner.resolve("file"));
    disk.syncDirectory(inner);
    assertThat(outcomes(FILE)).containsExactly("missing");
    assertThat(outcomes(inner.resolve("file"))).containsExactly("");
    disk.syncDirectory(DIRECTORY);
    assertThat(outcomes(FILE)).containsExactly("missing");
  }
}
