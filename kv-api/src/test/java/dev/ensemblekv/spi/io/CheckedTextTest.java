// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.StoreMismatchException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class CheckedTextTest {
  private static final Path PATH = Path.of("STORE");

  private static Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("plain", "value");
    fields.put("empty", "");
    fields.put("odd", " = \\n \r\n\t ü crc32c = \\");
    fields.put("number", "42");
    return fields;
  }

  @Test
  void isReadBackAsWrittenInOrder() {
    CheckedText text =
        CheckedText.decode(CheckedText.encode("store", 1, fields()), PATH, "store", 1);
    assertThat(text.fields()).containsExactlyEntriesOf(fields());
    assertThat(text.getInt("number")).isEqualTo(42);
    assertThat(text.find("none")).isEmpty();
    assertThatThrownBy(() -> text.get("none")).isInstanceOf(CorruptionException.class);
    assertThatThrownBy(() -> text.getInt("plain")).isInstanceOf(CorruptionException.class);
  }

  @Test
  void everyFlippedBitAndEveryCutIsCorruption() {
    byte[] whole = CheckedText.encode("store", 1, fields());
    for (int i = 0; i < whole.length * 8; i++) {
      byte[] damaged = whole.clone();
      damaged[i / 8] ^= (byte) (1 << i % 8);
      assertThatThrownBy(() -> CheckedText.decode(damaged, PATH, "store", 1))
          .as("bit %d", i)
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("STORE");
    }
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> CheckedText.decode(cut, PATH, "store", 1))
          .as("cut to %d", length)
          .isInstanceOf(CorruptionException.class);
    }
  }

  @Test
  void aNewerVersionIsToldFromDamage() {
    byte[] newer = CheckedText.encode("store", 2, fields());
    assertThatThrownBy(() -> CheckedText.decode(newer, PATH, "store", 1))
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("newer release");
    assertThatThrownBy(() -> CheckedText.decode(newer, PATH, "ensemble", 2))
        .isInstanceOf(CorruptionException.class);
  }

  @Test
  void aFieldGivenTwiceIsCorruption() {
    String body = "ensemblekv store 1\na = 1\na = 2\n";
    byte[] once = CheckedText.encode("store", 1, Map.of());
    assertThat(new String(once, StandardCharsets.UTF_8))
        .startsWith("ensemblekv store 1\ncrc32c = ");
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    String file = body + String.format("crc32c = %08x\n", crc.getValue());
    assertThatThrownBy(
            () -> CheckedText.decode(file.getBytes(StandardCharsets.UTF_8), PATH, "store", 1))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("again");
  }
}
