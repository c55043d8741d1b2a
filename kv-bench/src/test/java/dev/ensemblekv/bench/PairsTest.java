// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairsTest {
  private static final Pairs PAIRS = new Pairs(1, 1000);

  @Test
  void keysDiffer() {
    Set<BigInteger> keys = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      keys.add(new BigInteger(PAIRS.key(i)));
    }
    assertThat(keys).hasSize(10_000);
  }

  @Test
  void theSameSeedMakesTheSamePairs() {
    Pairs again = new Pairs(1, 1000);
    assertThat(again.key(7)).isEqualTo(PAIRS.key(7));
    assertThat(again.value(7, 3)).isEqualTo(PAIRS.value(7, 3));
    assertThat(new Pairs(1L << 32, 1000).key(7)).isNotEqualTo(PAIRS.key(7));
    assertThat(new Pairs(2, 1000).value(7, 3)).isNotEqualTo(PAIRS.value(7, 3));
  }

  @Test
  void eachKeyAndEachChangeHasAValueOfItsOwn() {
    assertThat(PAIRS.value(7, 3)).isNotEqualTo(PAIRS.value(7, 4)).isNotEqualTo(PAIRS.value(8, 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 1000})
  void valuesHaveTheirLength(int valueBytes) {
    assertThat(new Pairs(1, valueBytes).value(7, 0)).hasSize(valueBytes);
  }

  @Test
  void valuesCannotBeCompressed() {
    ByteArrayOutputStream values = new ByteArrayOutputStream();
    for (int i = 0; i < 100; i++) {
      values.writeBytes(PAIRS.value(i, 0));
    }
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    deflater.setInput(values.toByteArray());
    deflater.finish();
    int compressed = deflater.deflate(new byte[2 * values.size()]);
    deflater.end();
    assertThat(compressed).isGreaterThan(values.size() * 99 / 100);
  }
}
