// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KvOptionTest {
  private static final KvOption<Long> SIZE = KvOption.sizeBytes("x.size").build(0L, "A size.");
  private static final KvOption<Duration> PAUSE =
      KvOption.duration("x.pause")
          .range(Duration.ofMillis(1), Duration.ofSeconds(10))
          .build(Duration.ofMillis(100), "A pause.");
  private static final KvOption<KvOption.Kind> CHOICE =
      KvOption.choice("x.choice", KvOption.Kind.class).build(KvOption.Kind.STICKY, "A choice.");

  @ParameterizedTest
  @CsvSource({"0,0", "1023,1023", "1024,1KiB", "64MiB,64MiB", "65536KiB,64MiB", "3 GiB,3GiB"})
  void sizesAreReadAndWrittenInTheLargestUnit(String text, String canonical) {
    assertThat(SIZE.format(SIZE.parse(text))).isEqualTo(canonical);
    assertThat(SIZE.parse(canonical)).isEqualTo(SIZE.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "100ms,100ms",
    "1s,1s",
    "1500ms,1500ms",
    "10000000ns,10ms",
    "2 s,2s",
    "1500us,1500000ns"
  })
  void durationsAreReadAndWritten(String text, String canonical) {
    assertThat(PAUSE.format(PAUSE.parse(text))).isEqualTo(canonical);
    assertThat(PAUSE.parse(canonical)).isEqualTo(PAUSE.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.5MiB", "MiB", "1MB", "99999999TiB", "0x10"})
  void nonsenseSizesNameTheOptionAndTheValue(String nonsense) {
    assertThatThrownBy(() -> SIZE.parse(nonsense))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x.size")
        .hasMessageContaining("'" + nonsense + "'");
  }

  @Test
  void valuesOutOfRangeNameTheRange() {
    assertThatThrownBy(() -> PAUSE.parse("11s"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("option x.pause is 11s; it must be in 1ms..10s");
    assertThatThrownBy(() -> KvOptions.builder().set(PAUSE, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void choicesAreLowerCaseWords() {
    assertThat(CHOICE.parse("format")).isEqualTo(KvOption.Kind.FORMAT);
    assertThat(CHOICE.typeName()).isEqualTo("format|sticky|session");
    assertThatThrownBy(() -> CHOICE.parse("FORMAT")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void secretsAreNeitherRecordedNorShown() {
    assertThatThrownBy(
            () -> KvOption.text("x.key").secret().kind(KvOption.Kind.STICKY).build("", "A key."))
        .isInstanceOf(IllegalArgumentException.class);
    KvOption<Long> pin =
        KvOption.number("x.pin").secret().range(0L, 9999L).build(0L, "A secret number.");
    assertThatThrownBy(() -> pin.parse("12345")).hasMessageNotContaining("12345");
    assertThatThrownBy(() -> pin.parse("letmein")).hasMessageNotContaining("letmein");
    assertThat(KvOptions.builder().set("x.pin", "4711").build().toString()).doesNotContain("4711");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "X", "x.", ".x", "x.y.z", "x-y", "1x"})
  void namesThatAreNoneAreRefused(String name) {
    assertThatThrownBy(() -> KvOption.flag(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void optionsKeepWhatIsSetAndFallBackToDefaults() {
    KvOptions options = KvOptions.builder().set(SIZE, 1L << 20).require(KvFeature.ORDERED).build();
    assertThat(options.get(SIZE)).isEqualTo(1L << 20);
    assertThat(options.get(PAUSE)).isEqualTo(Duration.ofMillis(100));
    assertThat(options.isSet(PAUSE)).isFalse();
    assertThat(options.toBuilder().set(PAUSE, Duration.ofSeconds(1)).build().asMap())
        .containsOnlyKeys("x.size", "x.pause");
    assertThat(options.toBuilder().build()).isEqualTo(options);
    assertThat(options.required()).containsExactly(KvFeature.ORDERED);
  }
}
