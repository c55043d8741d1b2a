// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RegionTest {
  private static final int SAMPLES = 10_000;

  @Test
  void aSplitGivesEveryKeyToExactlyOneHalf() {
    SplittableRandom random = new SplittableRandom(1);
    Region region = new Region(0, 0, 0);
    for (int depth = 0; depth < Region.MAX_DEPTH; depth++) {
      Region lower = region.lower();
      Region upper = region.upper();
      for (int i = 0; i < SAMPLES; i++) {
        int bits = random.nextInt();
        boolean inWhole = region.contains(bits);
        assertThat(lower.contains(bits) || upper.contains(bits)).isEqualTo(inWhole);
        assertThat(lower.contains(bits) && upper.contains(bits)).isFalse();
        assertThat(inWhole && region.isInUpper(bits)).isEqualTo(upper.contains(bits));
      }
      region = random.nextBoolean() ? lower : upper;
    }
  }

  @Test
  void basesShareTheKeysEvenly() {
    SplittableRandom random = new SplittableRandom(2);
    int[] counts = new int[7];
    for (int i = 0; i < SAMPLES * counts.length; i++) {
      counts[Region.base(random.nextInt(), counts.length)]++;
    }
    for (int count : counts) {
      assertThat(count).isBetween(SAMPLES * 9 / 10, SAMPLES * 11 / 10);
    }
  }

  @Test
  void textIsReadBackAndNonsenseIsRefused() {
    Region region = new Region(2, 5, 0b10110);
    assertThat(Region.parse(region.toString())).isEqualTo(region);
    for (String nonsense : new String[] {"", "1/2", "0/1/2", "-1/0/0", "0/17/0", "a/b/c"}) {
      assertThatThrownBy(() -> Region.parse(nonsense)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
