// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KvCodecsTest {
  private static final int ROUNDS = 20_000;

  private final long seed = new SplittableRandom().nextLong();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void utf8IsReversibleAndKeepsTheOrderOfCodePoints() {
    assertKeepsOrder(KvCodecs.UTF_8, this::randomText, KvCodecsTest::compareByCodePoint);
  }

  @Test
  void longIsReversibleAndKeepsTheOrderOfNumbers() {
    assertKeepsOrder(KvCodecs.LONG, this::randomLong, Comparator.<Long>naturalOrder());
  }

  @Test
  void longIsBigEndianWithTheSignBitFlipped() {
    assertThat(KvCodecs.LONG.encode(258L)).containsExactly(0x80, 0, 0, 0, 0, 0, 1, 2);
    assertThat(KvCodecs.LONG.encode(Long.MIN_VALUE)).containsExactly(0, 0, 0, 0, 0, 0, 0, 0);
    assertThat(KvCodecs.LONG.encode(-1L))
        .containsExactly(0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF);
  }

  @Test
  void utf8RefusesUnpairedSurrogates() {
    for (String text :
        List.of("ab\uD800", "ab\uDC00", "ab\uD800x", "ab\uDC00\uD800", "ab\uD800\uD800\uDC00")) {
      assertThatIllegalArgumentException()
          .as(text)
          .isThrownBy(() -> KvCodecs.UTF_8.encode(text))
          .withMessageContaining("surrogate")
          .withMessageContaining("index 2");
    }
  }

  @Test
  void utf8RefusesMalformedBytes() {
    List<byte[]> malformed =
        List.of(
            bytes('a', 0x80),
            bytes('a', 0xC3),
            bytes('a', 0xC0, 0x80), // overlong
            bytes('a', 0xED, 0xA0, 0x80), // a surrogate
            bytes('a', 0xF4, 0x90, 0x80, 0x80), // beyond U+10FFFF
            bytes('a', 0xFF));
    for (byte[] bytes : malformed) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> KvCodecs.UTF_8.decode(bytes))
          .withMessageContaining("malformed at byte 1");
    }
  }

  @Test
  void utf8TakesAnHonestReplacementCharacter() {
    assertThat(KvCodecs.UTF_8.decode(bytes(0xEF, 0xBF, 0xBD))).isEqualTo("\uFFFD");
  }

  @Test
  void longRefusesOtherLengths() {
    for (int length : new int[] {0, 7, 9}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> KvCodecs.LONG.decode(new byte[length]))
          .withMessageContaining(length + " bytes");
    }
  }

  @Test
  void bytesCopiesBothWays() {
    byte[] bytes = {1, 2};
    assertThat(KvCodecs.BYTES.encode(bytes)).isEqualTo(bytes).isNotSameAs(bytes);
    assertThat(KvCodecs.BYTES.decode(bytes)).isEqualTo(bytes).isNotSameAs(bytes);
  }

  @Test
  @SuppressWarnings("NullAway") // what is passed in spite of the annotations
  void nullIsRefused() {
    for (KvCodec<?> codec : List.of(KvCodecs.UTF_8, KvCodecs.LONG, KvCodecs.BYTES)) {
      assertThatNullPointerException().isThrownBy(() -> codec.encode(null));
      assertThatNullPointerException().isThrownBy(() -> codec.decode(null));
    }
  }

  private <T> void assertKeepsOrder(KvCodec<T> codec, Supplier<T> objects, Comparator<T> order) {
    T previous = objects.get();
    for (int i = 0; i < ROUNDS; i++) {
      T next = objects.get();
      byte[] bytes = codec.encode(next);
      assertThat(codec.decode(bytes)).as("seed %d", seed).isEqualTo(next);
      assertThat(Integer.signum(Arrays.compareUnsigned(codec.encode(previous), bytes)))
          .as("seed %d: %s and %s", seed, previous, next)
          .isEqualTo(Integer.signum(order.compare(previous, next)));
      previous = next;
    }
  }

  /** Returns short texts of few characters from all ranges, so that many share a prefix. */
  private String randomText() {
    int[] alphabet = {0, '/', 'a', 'b', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000};
    return IntStream.range(0, random.nextInt(5))
        .map(i -> alphabet[random.nextInt(alphabet.length)])
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private long randomLong() {
    return random.nextLong() >> random.nextInt(Long.SIZE);
  }

  private static int compareByCodePoint(String a, String b) {
    return Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
