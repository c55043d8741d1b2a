// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryDirectoryTest {
  @TempDir Path temp;

  @Test
  void itsFilesAreCountedAndDeletedWithIt() throws Exception {
    try (TemporaryDirectory directory = TemporaryDirectory.below(temp)) {
      Path below = Files.createDirectory(directory.path().resolve("below"));
      Files.write(below.resolve("file"), new byte[100_000]);
      Files.write(directory.path().resolve("other"), new byte[1]);

      assertThat(directory.bytes()).isEqualTo(100_001);
    }
    assertThat(temp).isEmptyDirectory();
  }
}
