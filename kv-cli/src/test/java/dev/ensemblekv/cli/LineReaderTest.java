// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  private static LineReader reader(String text, int maxLineBytes) {
    return new LineReader(new ByteArrayInputStream(text.getBytes(UTF_8)), maxLineBytes);
  }

  private static List<String> lines(String text) throws IOException {
    LineReader reader = reader(text, 1_000_000);
    List<String> lines = new ArrayList<>();
    for (byte[] line = reader.next(); line != null; line = reader.next()) {
      lines.add(new String(line, UTF_8));
    }
    return lines;
  }

  @Test
  void linesEndInLfOrCrlfOrAtTheEnd() throws IOException {
    assertThat(lines("a\nb\r\n\n\r\nc\rd\ne")).containsExactly("a", "b", "", "", "c\rd", "e");
    assertThat(lines("a\n")).containsExactly("a");
    assertThat(lines("")).isEmpty();
    assertThat(lines("\n")).containsExactly("");
  }

  @Test
  void linesMayBeLongerThanTheBuffer() throws IOException {
    String longLine = "x".repeat(200_000);
    assertThat(lines("a\n" + longLine + "\n" + longLine + "b"))
        .containsExactly("a", longLine, longLine + "b");
  }

  @Test
  void ofALineThatIsTooLongTheRestIsPassedOver() throws IOException {
    LineReader reader = reader("abcd\n" + "y".repeat(100_000) + "\nabc\r\nz", 4);
    assertThat(reader.next()).isEqualTo("abcd".getBytes(UTF_8));
    assertThat(reader.isTooLong()).isFalse();
    assertThat(reader.next()).isNotNull();
    assertThat(reader.isTooLong()).isTrue();
    assertThat(reader.next()).isEqualTo("abc".getBytes(UTF_8));
    assertThat(reader.isTooLong()).isFalse();
    assertThat(reader.next()).isEqualTo("z".getBytes(UTF_8));
    assertThat(reader.next()).isNull();
  }
}
