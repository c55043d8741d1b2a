// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SequentialWriteTest {
  @TempDir Path directory;

  @Test
  void nothingIsLeft() {
    assertThat(SequentialWrite.bytesPerSecond(directory, (3 << 20) + 1)).isPositive();
    assertThat(directory).isEmptyDirectory();
  }
}
