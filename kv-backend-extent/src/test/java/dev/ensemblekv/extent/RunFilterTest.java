// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFilterTest {

  /** A filter in memory. */
  private static final class Filter {
    final int blocks;
    final byte[] bytes;

    Filter(int keys) {
      blocks = RunFilter.blocks(keys);
      bytes = new byte[blocks * Block.BYTES];
    }

    int at(long order) {
      return (int) RunFilter.block(order, blocks) * Block.BYTES;
    }

    void add(long order, int routing) {
      RunFilter.add(bytes, at(order), order, routing);
    }

    boolean mayContain(long order, int routing) {
      return RunFilter.mayContain(bytes, at(order), order, routing);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 48, 49, 5000, 300_000})
  void takesAboutOneOfAHundredAbsentKeysForPresent(int keys) {
    SplittableRandom random = new SplittableRandom(keys);
    Filter filter = new Filter(keys);
    for (int i = 0; i < keys; i++) {
      filter.add(random.nextLong(), random.nextInt());
    }
    SplittableRandom again = new SplittableRandom(keys);
    for (int i = 0; i < keys; i++) {
      assertThat(filter.mayContain(again.nextLong(), again.nextInt())).isTrue();
    }
    int taken = 0;
    for (int i = 0; i < 100_000; i++) {
      taken += filter.mayContain(random.nextLong(), random.nextInt()) ? 1 : 0;
    }
    assertThat(taken).as("of 100000").isLessThan(1500);
  }

  @Test
  void eachBitOfABlockIsChosenAsOftenAsTheOthers() {
    SplittableRandom random = new SplittableRandom(1);
    int[] chosen = new int[Block.BYTES * Byte.SIZE];
    int keys = 480 * 1000 / 6;
    for (int i = 0; i < keys; i++) {
      byte[] block = new byte[Block.BYTES];
      RunFilter.add(block, 0, random.nextLong() >>> 24, random.nextInt());
      for (int bit = 0; bit < chosen.length; bit++) {
        chosen[bit] += block[bit / Byte.SIZE] >> bit % Byte.SIZE & 1;
      }
    }
    for (int bit = 0; bit < chosen.length; bit++) {
      if (bit < Block.BODY_BYTES * Byte.SIZE) {
        assertThat(chosen[bit]).as("bit %d", bit).isBetween(850, 1150);
      } else {
        assertThat(chosen[bit]).as("bit %d, of the checksum", bit).isZero();
      }
    }
  }
}
