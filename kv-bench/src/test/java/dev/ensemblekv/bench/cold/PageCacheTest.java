// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class PageCacheTest {
  @TempDir Path directory;

  @Test
  void whatIsDroppedKeepsItsBytes() throws Exception {
    Path below = Files.createDirectory(directory.resolve("below"));
    Path file = Files.writeString(below.resolve("file"), "bytes");
    PageCache.drop(directory);
    assertThat(file).hasContent("bytes");
  }
}
