// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What reads bytes from the disk, of which anything may have become.
 *
 * <p>An input is bytes of a file, or changes of several; its first byte tells whether the checksums
 * are made right, so that what is behind them is read too. Whatever the input, it is read, and then
 * gives the same when it is written and read again, or is refused with a {@link KvException}.
 */
@SuppressWarnings("ImmutableEnumChecker") // what it is made of has no state
enum Decoder {
  /** A segment: a walk over its records, and reading each by its location. */
  RECORDS(1000, DecodedRecords::seeds, DecodedRecords::read),
  /** A run: opening it, look-ups, walks. */
  RUN(2000, DecodedRun::seeds, DecodedRun::read),
  /** The manifest. */
  MANIFEST(5000, DecodedTexts::manifests, DecodedTexts::readManifest),
  /** The descriptor of a store. */
  DESCRIPTOR(5000, DecodedTexts::descriptors, DecodedTexts::readDescriptor),
  /** All files of a store: opening it, reading and writing. */
  STORE(800, DecodedStore::seeds, DecodedStore::open),
  /** All files of a store, by the repair. */
  REPAIR(400, DecodedStore::seeds, DecodedStore::repair);

  private static final int SEALED = 1;

  /** Where Jazzer puts what it finds. */
  private static final Path KEPT =
      Path.of("src/test/resources/dev/ensemblekv/extent/DecodersFuzzTestInputs");

  private final int inputs;
  private final Supplier<List<byte[]>> seeds;
  private final Reading reading;

  /** What is done with an input. */
  private interface Reading {
    void run(byte[] input) throws IOException;
  }

  Decoder(int inputs, Supplier<List<byte[]>> seeds, Reading reading) {
    this.inputs = inputs;
    this.seeds = seeds;
    this.reading = reading;
  }

  /** Tells whether the checksums are to be made right. */
  static boolean isSealed(byte[] input) {
    return (input[0] & SEALED) != 0;
  }

  /** Returns both inputs of some bytes, with checksums as they are and made right. */
  static List<byte[]> inputs(byte[] bytes) {
    byte[] input = new byte[1 + bytes.length];
    System.arraycopy(bytes, 0, input, 1, bytes.length);
    byte[] sealed = input.clone();
    sealed[0] = SEALED;
    return List.of(input, sealed);
  }

  /** Returns of how many random inputs the reading takes about a second. */
  int inputs() {
    return inputs;
  }

  /** Returns inputs of which the reading went wrong once. */
  List<byte[]> kept() throws IOException {
    Path directory = KEPT.resolve(name().toLowerCase(Locale.ROOT));
    List<byte[]> kept = new ArrayList<>();
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.sorted().toList()) {
          kept.add(Files.readAllBytes(file));
        }
      }
    }
    return kept;
  }

  /** Returns inputs that are read to their ends. */
  List<byte[]> seeds() {
    return seeds.get();
  }

  /**
   * Reads an input.
   *
   * @throws KvException if it is refused
   * @throws AssertionError if what comes of it is not consistent
   */
  void read(byte[] input) {
    try {
      if (input.length > 0) {
        reading.run(input);
      }
    } catch (IOException e) {
      throw new AssertionError("no disk failed", e);
    }
  }

  /** Reads an input, which may be refused. */
  void readOrRefuse(byte[] input) {
    try {
      read(input);
    } catch (KvException e) {
      // As it should be.
    }
  }
}
