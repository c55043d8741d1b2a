// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A search by Jazzer for bytes that are neither read nor refused. Not a part of the build, in which
 * {@link DecodersTest} reads the inputs that were kept, and random ones.
 */
class DecodersFuzzTest {
  static List<byte[]> recordSeeds() {
    return Decoder.RECORDS.seeds();
  }

  @MethodSource("recordSeeds")
  @FuzzTest
  void records(byte[] input) {
    Decoder.RECORDS.readOrRefuse(input);
  }

  static List<byte[]> runSeeds() {
    return Decoder.RUN.seeds();
  }

  @MethodSource("runSeeds")
  @FuzzTest
  void run(byte[] input) {
    Decoder.RUN.readOrRefuse(input);
  }

  static List<byte[]> manifestSeeds() {
    return Decoder.MANIFEST.seeds();
  }

  @MethodSource("manifestSeeds")
  @FuzzTest
  void manifest(byte[] input) {
    Decoder.MANIFEST.readOrRefuse(input);
  }

  static List<byte[]> descriptorSeeds() {
    return Decoder.DESCRIPTOR.seeds();
  }

  @MethodSource("descriptorSeeds")
  @FuzzTest
  void descriptor(byte[] input) {
    Decoder.DESCRIPTOR.readOrRefuse(input);
  }

  static List<byte[]> storeSeeds() {
    return Decoder.STORE.seeds();
  }

  @MethodSource("storeSeeds")
  @FuzzTest
  void store(byte[] input) {
    Decoder.STORE.readOrRefuse(input);
  }

  @MethodSource("storeSeeds")
  @FuzzTest
  void repair(byte[] input) {
    Decoder.REPAIR.readOrRefuse(input);
  }
}
