// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The bounds of {@link KeyRange}. */
class KeyRangeTest {
  private static final List<KeyRange> RANGES =
      List.of(
          KeyRange.all(),
          KeyRange.from(key(3)),
          KeyRange.to(key(0x80)),
          KeyRange.of(key(3), key(0x80)));

  private static byte[] key(int unsigned) {
    return new byte[] {(byte) unsigned};
  }

  @Test
  void aKeyThatIsNotBeforeTheBeginningIsInTheRangeUnlessItEndsBefore() {
    for (KeyRange range : RANGES) {
      for (int i = range.from().map(from -> from[0] & 0xFF).orElse(0); i <= 0xFF; i++) {
        assertThat(range.endsBefore(key(i))).isEqualTo(!range.contains(key(i)));
      }
    }
  }

  @Test
  void theEndOfAReversedRangeIsItsLeastKey() {
    for (KeyRange range : RANGES) {
      KeyRange reversed = range.reversed();
      for (int i = range.to().map(to -> to[0] & 0xFF).orElse(0x100) - 1; i >= 0; i--) {
        assertThat(reversed.endsBefore(key(i))).isEqualTo(!range.contains(key(i)));
      }
    }
  }
}
