// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How bytes come into native memory, and out of it. */
class SliceTest {
  private static final int MOST_BYTES = 200;

  @Test
  void whatIsWrittenIsReadAgainWhateverItsLength() {
    Slice slice = Slice.ofCapacity(MOST_BYTES);
    for (int length = 0; length <= MOST_BYTES; length++) {
      byte[] bytes = bytes(length);

      assertThat(slice.set(bytes).copy(0)).isEqualTo(bytes);
      assertThat(slice.copy(length / 3)).isEqualTo(Arrays.copyOfRange(bytes, length / 3, length));
    }
  }

  @Test
  void aWriteChangesNothingBeforeItsOffsetNorBehindItsEnd() {
    Slice slice = Slice.ofCapacity(MOST_BYTES);
    for (int length = 0; length <= MOST_BYTES - 2; length++) {
      slice.set(new byte[MOST_BYTES]);
      byte[] written = bytes(length);
      slice.write(1, written);

      byte[] expected = new byte[MOST_BYTES];
      System.arraycopy(written, 0, expected, 1, length);
      assertThat(slice.copy(0)).isEqualTo(expected);
    }
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
