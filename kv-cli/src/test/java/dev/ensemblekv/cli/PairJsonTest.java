// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairJsonTest {
  private static final long SEED = 20_260_201;

  private static String write(byte[] key, byte[] value) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator generator = PairJson.lines(out)) {
      PairJson.write(generator, key, value);
    }
    return out.toString(UTF_8);
  }

  @Test
  void writesTextAsTextAndBytesAsBase64EachByItself() throws Exception {
    byte[] text = "é\n".getBytes(UTF_8);
    byte[] bytes = {0, (byte) 0xFF};
    assertThat(write(text, bytes)).isEqualTo("{\"key\":\"é\\n\",\"valueBase64\":\"AP8=\"}");
    assertThat(write(bytes, text)).isEqualTo("{\"keyBase64\":\"AP8=\",\"value\":\"é\\n\"}");
  }

  @Test
  void readsBackWhatItWrites() throws Exception {
    Random random = new Random(SEED);
    for (int i = 0; i < 5_000; i++) {
      byte[] key = random(random);
      byte[] value = random(random);
      String line = write(key, value);
      assertThat(line).as("seed %d, round %d", SEED, i).doesNotContain("\n");
      Pair pair = PairJson.parse(line.getBytes(UTF_8));
      assertThat(pair.key()).as(line).isEqualTo(key);
      assertThat(pair.value()).as(line).isEqualTo(value);
    }
  }

  private static byte[] random(Random random) {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    if (random.nextBoolean()) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] &= 0x7F;
      }
    }
    return bytes;
  }

  @Test
  void takesTheFieldsInAnyOrderAndSpaceBetween() throws Exception {
    Pair pair =
        PairJson.parse(" { \"valueBase64\" : \"YQ==\" , \"key\" : \"\\u00e9\" } ".getBytes(UTF_8));
    assertThat(pair.key()).isEqualTo("é".getBytes(UTF_8));
    assertThat(pair.value()).isEqualTo("a".getBytes(UTF_8));
  }

  @Test
  void readsValuesLongerThanTheParserUsuallyAllows() throws Exception {
    byte[] value = new byte[25_000_000];
    Arrays.fill(value, (byte) 'a');
    assertThat(PairJson.parse(write(new byte[] {1}, value).getBytes(UTF_8)).value())
        .isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiter = '|',
      value = {
        "^{\"key\":\"a\",\"value\":\"b\"^ | not a JSON object",
        "nonsense | not a JSON object",
        "^[\"key\",\"value\"]^ | unexpected",
        "^{\"key\":\"a\",\"value\":\"b\"} {}^ | unexpected",
        "^{\"key\":\"a\",\"value\":1}^ | unexpected",
        "^{\"key\":\"a\",\"value\":null}^ | unexpected",
        "^{\"key\":\"a\"}^ | no value",
        "^{\"value\":\"a\"}^ | no key",
        "^{\"key\":\"a\",\"value\":\"b\",\"more\":\"c\"}^ | unknown field 'more'",
        "^{\"key\":\"a\",\"keyBase64\":\"YQ==\",\"value\":\"b\"}^ | 'key' is there twice",
        "^{\"key\":\"a\",\"key\":\"b\",\"value\":\"b\"}^ | not a JSON object",
        "^{\"keyBase64\":\"!\",\"value\":\"b\"}^ | not a JSON object",
        "^{\"key\":\"\\ud800\",\"value\":\"b\"}^ | half a surrogate pair",
      })
  void saysWhatIsWrongWithALine(String line, String reason) {
    assertThatThrownBy(() -> PairJson.parse(line.getBytes(UTF_8)))
        .isInstanceOf(MalformedLineException.class)
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
  }
}
