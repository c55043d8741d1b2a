// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTextTest {
  private static final long SEED = 20_260_131;
  private static final String ALPHABET = "hextxt:0fg \t\n\u0000é漢😀\u202e\ufffd\ue000\u200d";

  @ParameterizedTest
  @CsvSource({
    "plain/key, 706c61696e2f6b6579",
    "é, c3a9",
    "hex:00fF, 00ff",
    "hex:, ''",
    "text:hex:00, 6865783a3030",
    "text:text:a, 746578743a61",
    "text:, ''",
    "Hex:00, 4865783a3030",
  })
  void readsTextAndHex(String text, String hex) {
    assertThat(KeyText.parse(text)).isEqualTo(HexFormat.of().parseHex(hex));
  }

  @ParameterizedTest
  @CsvSource({
    "plain/key, plain/key",
    "two words, two words",
    "é漢😀, é漢😀",
    "hex:00, text:hex:00",
    "text:a, text:text:a",
    "hexadecimal, hexadecimal",
  })
  void writesPrintableTextAsItIs(String text, String written) {
    assertThat(KeyText.format(text.getBytes(UTF_8))).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\tb", "a\nb", "\u0000", "\u202e", "\u2028", "\ufffd", "\ue000"})
  void writesTextThatCannotBePrintedAsHex(String text) {
    assertThat(KeyText.format(text.getBytes(UTF_8))).startsWith("hex:");
  }

  @Test
  void writesBytesThatAreNotUtf8AsHex() {
    assertThat(KeyText.format(new byte[] {'a', (byte) 0xC3})).isEqualTo("hex:61c3");
    assertThat(KeyText.format(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}))
        .isEqualTo("hex:eda080");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hex:0", "hex:0g", "hex: 00", "a\ufffdb", "\ud800"})
  void refusesWhatIsNeitherHexNorWhatWasTyped(String text) {
    assertThatThrownBy(() -> KeyText.parse(text))
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(Exit.USAGE));
  }

  @Test
  void readsBackWhatItWrites() {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = random.nextBoolean() ? randomBytes(random) : randomText(random);
      assertThat(KeyText.parse(KeyText.format(bytes)))
          .as("seed %d, round %d: %s", SEED, i, KeyText.format(bytes))
          .isEqualTo(bytes);
    }
  }

  private static byte[] randomBytes(Random random) {
    byte[] bytes = new byte[random.nextInt(12)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] randomText(Random random) {
    int[] alphabet = ALPHABET.codePoints().toArray();
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "" : "hex:");
    for (int i = random.nextInt(8); i > 0; i--) {
      text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
    }
    return text.toString().getBytes(UTF_8);
  }

  @Test
  void makesOneHarmlessLineOfAnyMessage() {
    assertThat(KeyText.oneLine("a\r\nb\u001b[31m\u202ec\n")).isEqualTo("a  b?[31m?c");
  }
}
