// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Runs of any bytes: an input is a number of entries and a file. */
final class DecodedRun {
  private static final int ID = 1;
  private static final long EPOCH = 3;

  private DecodedRun() {}

  static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int entries : new int[] {1, 10, 100}) {
      for (boolean filtered : new boolean[] {false, true}) {
        byte[] file = run(entries, filtered);
        byte[] bytes = new byte[1 + file.length];
        bytes[0] = (byte) entries;
        System.arraycopy(file, 0, bytes, 1, file.length);
        seeds.addAll(Decoder.inputs(bytes));
      }
    }
    return seeds;
  }

  private static byte[] run(int entries, boolean filtered) {
    StoreFiles files = DecodedFiles.empty();
    SplittableRandom random = new SplittableRandom(entries);
    long[] orders = random.longs(entries).map(order -> order >>> 1).sorted().toArray();
    try (RunWriter writer =
        filtered
            ? RunWriter.filtered(files, ID, EPOCH, entries)
            : new RunWriter(files, ID, EPOCH, entries)) {
      for (long order : orders) {
        writer.add(order, random.nextInt(), random.nextLong() | 1);
      }
      writer.finish().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DecodedFiles.get(files, Run.name(ID));
  }

  static void read(byte[] input) throws IOException {
    if (input.length < 2) {
      return;
    }
    StoreFiles files = DecodedFiles.empty();
    byte[] file = Arrays.copyOfRange(input, 2, input.length);
    if (Decoder.isSealed(input)) {
      Sealing.run(file, files.seal(EPOCH, ID));
    }
    DecodedFiles.put(files, Run.name(ID), file);
    Run run = Run.open(files, ID, EPOCH, Byte.toUnsignedInt(input[1]));
    try {
      assertThat(run.bytes()).isEqualTo(file.length);
      run.check(at -> assertThat(Decoder.isSealed(input)).isFalse());
      Entries all = run.entries(HashRange.ALL);
      assertThat(all.count()).isLessThanOrEqualTo(file.length / Block.BYTES * Bucket.ENTRIES);
      for (int i = 0; i < all.count(); i++) {
        assertThat(all.location(i)).isNotEqualTo(Location.NONE);
        run.find(all.order(i), all.routing(i), new byte[Block.BYTES]);
        run.find(all.order(i) + 1, all.routing(i), new byte[Block.BYTES]);
      }
      for (HashRange part : HashRange.parts(5)) {
        Entries entries = run.entries(part);
        for (int i = 0; i < entries.count(); i++) {
          assertThat(part.contains(entries.order(i))).isTrue();
        }
      }
    } finally {
      run.close();
    }
  }
}
