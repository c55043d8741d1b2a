// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import static org.assertj.core.api.Assertions.assertThat;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Xxh3Test {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 0x9E3779B97F4A7C15L})
  void isThatOfAnotherImplementationForBytesOfEveryLength(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Xxh3 hash = new Xxh3(seed);
    for (int length = 0; length <= 4200; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      HashValue128 expected = Hashing.xxh3_128(seed).hashBytesTo128Bits(bytes);
      long[] upper = new long[1];
      assertThat(hash.hash(bytes, upper))
          .as("lower word of %d bytes", length)
          .isEqualTo(expected.getLeastSignificantBits());
      assertThat(upper[0])
          .as("upper word of %d bytes", length)
          .isEqualTo(expected.getMostSignificantBits());
      assertThat(hash.low(bytes)).isEqualTo(expected.getLeastSignificantBits());
    }
  }

  /** The test vector of the reference for no bytes and no seed. */
  @Test
  void isThatOfTheReference() {
    long[] upper = new long[1];
    assertThat(new Xxh3(0).hash(new byte[0], upper)).isEqualTo(0x6001C324468D497FL);
    assertThat(upper[0]).isEqualTo(0x99AA06D3014798D8L);
  }
}
