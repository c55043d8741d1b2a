// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.spi.KvEnvironment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The manifest and the descriptor of any bytes: an input is the file. */
final class DecodedTexts {
  private static final String DESCRIPTOR = "STORE";

  private DecodedTexts() {}

  private static byte[] file(byte[] input) {
    byte[] file = Arrays.copyOfRange(input, 1, input.length);
    return Decoder.isSealed(input) ? Sealing.text(file) : file;
  }

  static List<byte[]> manifests() {
    List<byte[]> seeds = new ArrayList<>(Decoder.inputs(Manifest.ofNewStore(5).encode()));
    seeds.addAll(Decoder.inputs(ManifestTest.some().encode()));
    return seeds;
  }

  static void readManifest(byte[] input) {
    StoreFiles files = DecodedFiles.empty();
    Manifest manifest = Manifest.decode(file(input), files.path(Manifest.NAME));
    Manifest again = Manifest.decode(manifest.encode(), files.path(Manifest.NAME));
    assertThat(again).isEqualTo(manifest);
  }

  static List<byte[]> descriptors() {
    String text =
        """
        ensemblekv store 1
        id = 0123456789abcdef0123456789abcdef
        spec = extent
        state = ready
        created = 2026-01-31T12:00:00Z
        createdBy = 0.1.0
        inside = fedcba9876543210fedcba9876543210
        format.extent = 1
        engine.extent = an engine
        option.extent.spacePercent = 150
        """;
    return Decoder.inputs(Sealing.text(text.getBytes(UTF_8)));
  }

  static void readDescriptor(byte[] input) throws IOException {
    StoreFiles files = DecodedFiles.empty();
    DecodedFiles.put(files, DESCRIPTOR, file(input));
    KvEnvironment environment = KvEnvironment.builder().disk(files.disk).build();
    Optional<StoreDescriptor> descriptor = environment.describe(files.directory);
    assertThat(descriptor).isPresent();
    assertThat(environment.describe(files.directory)).isEqualTo(descriptor);
  }
}
