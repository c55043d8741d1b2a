// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockDeviceTest {
  private static final int MEBIBYTE = 1 << 20;
  @TempDir Path directory;

  @Test
  void theSeventhFieldCountsSectorsOf512Bytes() throws Exception {
    Path counters = directory.resolve("stat");
    Files.writeString(counters, "     10    2  30  4   50      6     7000   8  0 9 10 11 12\n");
    assertThat(BlockDevice.writtenBytes(counters)).isEqualTo(7000 * 512);
  }

  @Test
  void numbersOfDevicesAreAsTheCLibraryHasThem() {
    assertThat(BlockDevice.number(0xfe00)).isEqualTo("254:0");
    assertThat(BlockDevice.number(0x0801)).isEqualTo("8:1");
    assertThat(BlockDevice.number(0x0010_0003)).isEqualTo("0:259");
    assertThat(BlockDevice.number(0x12_3451_0367L)).isEqualTo("259:19088743");
  }

  @Test
  void whatWasWrittenCountsWhenItIsSettled() throws Exception {
    BlockDevice device = BlockDevice.of(directory);
    double before = device.settledBytes();
    assumeThat(before).as("sectors written to the device").isNotNaN();
    Files.write(directory.resolve("file"), new byte[8 * MEBIBYTE]);
    assertThat(device.settledBytes() - before).isGreaterThanOrEqualTo(8 * MEBIBYTE);
  }

  @Test
  void ofAFileSystemWithoutADeviceNothingIsKnown() {
    Path proc = Path.of("/proc/self");
    assumeThat(Files.isDirectory(proc)).isTrue();
    BlockDevice device = BlockDevice.of(proc);
    assertThat(device.writtenBytes()).isNaN();
    assertThat(device.settledBytes()).isNaN();
  }
}
