// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordFormatTest {
  private static final Seal SEAL = new Seal(1, 2, 3);

  /** What reads the body of a record without a key need not look how long it is. */
  @ParameterizedTest
  @CsvSource({
    "1, 5, 0, true",
    "1, 5, 7, true",
    "1, 5, -1, false",
    "2, 65536, 0, true",
    "3, 0, 8, true",
    "3, 0, 1, false",
    "3, 8, 8, false",
    "4, 0, 16, true",
    "4, 0, 8, false",
    "5, 0, 8, true",
    "5, 0, 2147483647, false",
    "0, 0, 8, false",
    "6, 0, 8, false"
  })
  void aHeaderHasLengthsThatGoWithItsType(int type, int keyBytes, int valueBytes, boolean isOne) {
    byte[] header = new byte[RecordFormat.HEADER_BYTES];
    RecordFormat.encode(header, type, 0, 1, keyBytes, valueBytes, 0, SEAL, 64);
    assertThat(RecordFormat.isHeader(header, 0, SEAL, 64)).isEqualTo(isOne);
    assertThat(RecordFormat.isHeader(header, 0, SEAL, 72)).as("at another place").isFalse();
  }
}
