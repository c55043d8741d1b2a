// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ScratchTest {

  @Test
  void aRelativeDirectoryIsMeantFromWhereTheCommandIsGiven() {
    Scratch scratch = CommandLine.populateCommand(new Scratch(), "--directory=below");
    assertThat(scratch.directory()).isEqualTo(Path.of("").toAbsolutePath().resolve("below"));
  }
}
