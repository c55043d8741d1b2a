// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyRangePartsTest {
  private static final int ROUNDS = 20_000;

  private final long seed = new SplittableRandom().nextLong();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void anIntersectionHasTheKeysOfBothAndTheDirectionOfTheFirst() {
    for (int i = 0; i < ROUNDS; i++) {
      KeyRange a = randomRange();
      KeyRange b = randomRange();
      byte[] key = randomBytes();
      KeyRange both = a.intersect(b);
      assertThat(both.contains(key))
          .as("seed %d: %s, %s", seed, a, b)
          .isEqualTo(a.contains(key) && b.contains(key));
      assertThat(both.isReverse()).isEqualTo(a.isReverse());
    }
  }

  @Test
  void aRangeContainsOrIsBoundedByTheKeysThatCutItAtItsEnds() {
    byte[] b = {'b'};
    byte[] d = {'d'};
    KeyRange excludingFirst = KeyRange.of(Bytes.successor(b), d);
    assertThat(excludingFirst.containsOrBounds(b)).isTrue();
    assertThat(excludingFirst.containsOrBounds(d)).isTrue();
    assertThat(excludingFirst.containsOrBounds(new byte[] {'a'})).isFalse();
    assertThat(excludingFirst.containsOrBounds(new byte[] {'e'})).isFalse();
    assertThat(KeyRange.all().containsOrBounds(b)).isTrue();
  }

  @Test
  void anEmptyLowerBoundIsNone() {
    assertThat(KeyRange.from(new byte[0])).isEqualTo(KeyRange.all());
    assertThat(KeyRange.of(new byte[0], new byte[] {1}).from()).isEmpty();
  }

  private KeyRange randomRange() {
    KeyRange range =
        switch (random.nextInt(5)) {
          case 0 -> KeyRange.all();
          case 1 -> KeyRange.from(randomBytes());
          case 2 -> KeyRange.to(randomBytes());
          case 3 -> KeyRange.prefix(randomBytes());
          default -> KeyRange.of(randomBytes(), randomBytes());
        };
    return random.nextBoolean() ? range.reversed() : range;
  }

  private byte[] randomBytes() {
    byte[] bytes = new byte[random.nextInt(3)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (random.nextInt(4) - 2);
    }
    return bytes;
  }
}
