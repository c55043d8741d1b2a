// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a crash tears is cut off at the last whole record; everything else is corruption. */
class TornTailTest {
  private static final int PAGE = 4096;
  private static final int MAPPED = 64 << 10;
  private static final long CORRUPT = -1;

  /** Records of many lengths, of which some span pages and the last but one spans blocks. */
  private static LogBuilder log(long seed, int valueBytes) {
    SplittableRandom random = new SplittableRandom(seed);
    LogBuilder log = new LogBuilder();
    for (int i = 1; i <= 20; i++) {
      byte[] value = new byte[i == 19 ? valueBytes * 10 : random.nextInt(valueBytes)];
      random.nextBytes(value);
      log.batch(i, value);
    }
    return log;
  }

  /** Returns where the recovered log ends. */
  private static long recover(byte[] bytes) throws IOException {
    DatabaseFixture fixture = new DatabaseFixture(bytes);
    try {
      Database recovered = fixture.recover();
      assertThat(recovered.logBytes()).isEqualTo(fixture.disk.contents(fixture.log).length);
      assertThat(fixture.disk.contents(fixture.log))
          .isEqualTo(Arrays.copyOf(bytes, (int) recovered.logBytes()));
      return recovered.logBytes();
    } catch (CorruptionException e) {
      assertThat(e.path()).contains(fixture.log);
      assertThat(e.offset()).isPresent();
      assertThat(fixture.disk.contents(fixture.log)).isEqualTo(bytes);
      return CORRUPT;
    }
  }

  /** Returns where the last record ends that ends at or before a place. */
  private static long lastEnd(LogBuilder log, int place) {
    return log.ends().stream().mapToInt(end -> end).filter(end -> end <= place).max().orElse(0);
  }

  @Test
  void aSoundLogStaysAsItIs() throws IOException {
    LogBuilder log = log(1, 5000);
    assertThat(recover(log.bytes())).isEqualTo(log.bytes().length);
    assertThat(recover(new byte[0])).isZero();
  }

  @Test
  void theZerosOfAMappingAreCutOffWithoutAWord() throws IOException {
    LogBuilder log = log(1, 100);
    DatabaseFixture fixture = new DatabaseFixture(log.mapped(MAPPED));
    Database recovered = fixture.recover();
    assertThat(recovered.logBytes()).isEqualTo(log.bytes().length);
    assertThat(recovered.droppedBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 2000})
  void aLogThatIsCutAnywhereKeepsItsWholeRecords(int valueBytes) throws IOException {
    LogBuilder log = log(2, valueBytes);
    int step = valueBytes / 100;
    for (int length = 0; length <= log.bytes().length; length += step) {
      assertThat(recover(Arrays.copyOf(log.bytes(), length)))
          .as("cut to %s", length)
          .isEqualTo(lastEnd(log, length));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 2000})
  void aProcessThatDiesWhileItWritesLeavesTheRecordsBefore(int valueBytes) throws IOException {
    LogBuilder log = log(3, valueBytes);
    int step = valueBytes / 100;
    for (int written = 0; written <= log.bytes().length; written += step) {
      byte[] bytes = Arrays.copyOf(Arrays.copyOf(log.bytes(), written), MAPPED);
      long recovered = recover(bytes);
      if (recovered == CORRUPT) { // the one tear that looks like rot
        assertThat(bitsMissing(log, written)).as("died at %s", written).isEqualTo(1);
      } else if (recovered != lastEnd(log, written)) { // what was missing is zeros
        assertThat(bitsMissing(log, written)).as("died at %s", written).isZero();
      }
    }
  }

  /** Copying has no order: the end of the last record may be there, and not its middle. */
  @Test
  void aHoleInTheLastRecordIsTornAndOneBeforeItIsNot() throws IOException {
    LogBuilder log = log(10, 2000);
    int last = log.ends().get(log.ends().size() - 2);
    int end = log.bytes().length;
    for (int at = 30; at + 40 < end; at += 37) {
      byte[] bytes = log.mapped(MAPPED);
      Arrays.fill(bytes, at, at + 32, (byte) 0);
      boolean sector = at / 512 != (at + 32) / 512;
      if (at >= last + LogFile.HEADER_BYTES) {
        assertThat(recover(bytes)).as("hole at %s", at).isEqualTo(last);
      } else if (at + 40 < last && !sector) {
        assertThat(recover(bytes)).as("hole at %s", at).isEqualTo(CORRUPT);
      }
    }
  }

  /** Counts the bits of a record that were not written. */
  private static int bitsMissing(LogBuilder log, int written) {
    int end = log.ends().stream().mapToInt(i -> i).filter(i -> i > written).min().orElseThrow();
    int bits = 0;
    for (int i = written; i < end; i++) {
      bits += Integer.bitCount(log.bytes()[i] & 0xFF);
    }
    return bits;
  }

  @Test
  void aLossOfPowerThatLosesTheEndsOfPagesLeavesTheRecordsBefore() throws IOException {
    LogBuilder log = log(4, 2000);
    byte[] whole = log.mapped(MAPPED);
    int refused = 0;
    int tries = 0;
    for (int from = 0; from < log.bytes().length; from += 7) {
      byte[] bytes = whole.clone();
      Arrays.fill(bytes, from, from - from % PAGE + PAGE, (byte) 0);
      int damaged = Arrays.mismatch(bytes, whole);
      long recovered = recover(bytes);
      tries++;
      if (recovered == CORRUPT) {
        refused++;
        assertThat(from % PAGE).as("a gap that is too short to tell").isGreaterThan(PAGE - 8);
      } else {
        assertThat(recovered)
            .as("zeros from %s", from)
            .isEqualTo(damaged < 0 ? log.bytes().length : lastEnd(log, damaged));
      }
    }
    assertThat(refused).isLessThan(tries / 100);
  }

  @Test
  void aLossOfPowerThatLosesPagesLeavesTheRecordsBeforeTheFirst() throws IOException {
    LogBuilder log = log(5, 2000);
    byte[] whole = log.mapped(MAPPED);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 500; i++) {
      byte[] bytes = whole.clone();
      for (int page = 0; page < MAPPED; page += PAGE) {
        if (random.nextInt(4) == 0) {
          Arrays.fill(bytes, page, page + PAGE, (byte) 0);
        }
      }
      int damaged = Arrays.mismatch(bytes, whole);
      assertThat(recover(bytes))
          .isEqualTo(damaged < 0 ? log.bytes().length : lastEnd(log, damaged));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFlippedBitIsCorruptionWhereverItIs(boolean mapped) throws IOException {
    LogBuilder log = log(6, 60);
    byte[] whole = mapped ? log.mapped(PAGE * 2) : log.bytes();
    for (int at = 0; at < whole.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] bytes = whole.clone();
        bytes[at] ^= (byte) (1 << bit);
        long recovered = recover(bytes);
        if (recovered != CORRUPT) {
          assertThat(at).as("bit %s of %s", bit, at).isGreaterThanOrEqualTo(log.bytes().length);
          assertThat(recovered).isEqualTo(log.bytes().length);
        }
      }
    }
  }

  @Test
  void aFlippedBitAmongZerosIsCorruptionAndNotAGap() throws IOException {
    LogBuilder log = new LogBuilder();
    for (int i = 1; i <= 10; i++) {
      log.batch(i, new byte[5000]);
    }
    byte[] whole = log.mapped(MAPPED);
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(log.bytes().length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      assertThat(recover(bytes)).isEqualTo(CORRUPT);
    }
  }

  @Test
  void bytesThatRotInTheMiddleAreCorruption() throws IOException {
    LogBuilder log = log(8, 2000);
    byte[] whole = log.mapped(MAPPED);
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = whole.clone();
      int at = random.nextInt(log.bytes().length - 40);
      for (int j = 0; j < 1 + i % 40; j++) {
        bytes[at + j] ^= (byte) random.nextInt(1, 256);
      }
      assertThat(recover(bytes)).as("at %s", at).isEqualTo(CORRUPT);
    }
  }

  @Test
  void fragmentsThatDoNotFitTogetherAreCorruption() throws IOException {
    byte[] spanning = new LogBuilder().batch(1, new byte[LogFile.BLOCK_BYTES]).bytes();
    byte[] bytes = Arrays.copyOf(spanning, LogFile.BLOCK_BYTES + LogFile.BLOCK_BYTES);
    byte[] other = new LogBuilder().batch(2, new byte[5]).bytes();
    System.arraycopy(other, 0, bytes, LogFile.BLOCK_BYTES, other.length);
    assertThat(recover(bytes)).isEqualTo(CORRUPT);
  }

  @Test
  void afterACleanCloseNothingIsTorn() throws IOException {
    LogBuilder log = log(9, 60);
    for (int from = 0; from < log.bytes().length; from++) {
      DatabaseFixture fixture = new DatabaseFixture(log.bytes());
      fixture.closeCleanly(20);
      byte[] zeroed = log.bytes();
      Arrays.fill(zeroed, from, zeroed.length, (byte) 0);
      fixture.disk.damage(fixture.log, zeroed);
      if (!Arrays.equals(zeroed, log.bytes())) {
        assertThatThrownBy(fixture::recover)
            .as("zeros from %s", from)
            .isInstanceOf(CorruptionException.class);
      }
      fixture.disk.damage(fixture.log, Arrays.copyOf(log.bytes(), from));
      assertThatThrownBy(fixture::recover)
          .as("cut to %s", from)
          .isInstanceOf(CorruptionException.class);
    }
  }
}
