// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RealDiskErrorsTest {
  private static final String FULL = "Auf dem Gerät ist kein Speicherplatz mehr verfügbar";

  @TempDir Path directory;
  private Path readable = Path.of("");

  @BeforeEach
  void createReadable() throws IOException {
    readable = Files.createFile(directory.resolve("readable"));
  }

  private boolean isFull(String message) {
    return new RealDiskErrors(FULL, readable).isDiskFull(new IOException(message));
  }

  @Test
  void aFullDiskIsKnownInTheLanguageOfTheSystemAndInEnglish() {
    assertThat(isFull(FULL)).isTrue();
    assertThat(isFull("data/000004.log: " + FULL)).isTrue();
    assertThat(isFull("No space left on device")).isTrue();
    assertThat(isFull("Disk quota exceeded")).isTrue();
    assertThat(isFull("Eingabe-/Ausgabefehler")).isFalse();
  }

  @Test
  void withoutALanguageEnglishIsKnown() {
    RealDiskErrors errors = new RealDiskErrors(null, readable);
    assertThat(errors.isDiskFull(new IOException("No space left on device"))).isTrue();
    assertThat(errors.isDiskFull(new IOException(FULL))).isFalse();
    assertThat(errors.isDiskFull(new IOException())).isFalse();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theSystemSaysHowItRefusesToWriteToAFullDevice() {
    String text = RealDiskErrors.textOfFull(Path.of("/dev/full"));
    assertThat(text).isNotBlank();
    assertThat(DiskFiles.isDiskFull(new IOException(text))).isTrue();
  }

  @Test
  void whatTakesBytesOrIsMissingSaysNothing() {
    assertThat(RealDiskErrors.textOfFull(readable)).isNull();
    Path missing = directory.resolve("missing");
    assertThat(RealDiskErrors.textOfFull(missing)).isNull();
    assertThat(missing).doesNotExist();
  }

  @Test
  void handlesAreExhaustedWhenWhatIsAlwaysReadableCannotBeRead() throws IOException {
    IOException error = new IOException("Zu viele offene Dateien");
    assertThat(new RealDiskErrors(null, readable).isOutOfHandles(error)).isFalse();
    assertThat(new RealDiskErrors(null, directory).isOutOfHandles(error)).isTrue();
    Path missing = directory.resolve("missing");
    assertThat(new RealDiskErrors(null, missing).isOutOfHandles(error)).isFalse();
    IOException english = new IOException("Too many open files");
    assertThat(new RealDiskErrors(null, readable).isOutOfHandles(english)).isTrue();
  }
}
