// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ensemblekv.tck.KvStoreTck;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever bytes are on the disk, they are read or refused.
 *
 * <p>{@code dev.ensemblekv.tck.effort} makes it so many times longer, {@code
 * dev.ensemblekv.tck.seed} takes another seed. {@link DecodersFuzzTest} searches further.
 */
class DecodersTest {
  private static final long MOST_ALLOCATED_BYTES = 64 << 20;

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  @ParameterizedTest
  @EnumSource
  void whatIsIntactIsRead(Decoder decoder) {
    assertThat(decoder.seeds()).isNotEmpty().allSatisfy(decoder::read);
  }

  @ParameterizedTest
  @EnumSource
  void whatWasFoundOnceIsReadOrRefused(Decoder decoder) throws IOException {
    for (byte[] input : decoder.kept()) {
      decoder.readOrRefuse(input);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anyBytesAreReadOrRefused(Decoder decoder) throws IOException {
    long seed = Long.getLong(KvStoreTck.SEED, 1);
    int inputs = decoder.inputs() * Math.max(1, Integer.getInteger(KvStoreTck.EFFORT, 1));
    List<byte[]> seeds = new ArrayList<>(decoder.seeds());
    seeds.addAll(decoder.kept());
    ByteMutations mutations = new ByteMutations(seed, seeds);
    for (int i = 0; i < inputs; i++) {
      byte[] input = mutations.next();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      try {
        decoder.readOrRefuse(input);
      } catch (RuntimeException | Error e) {
        throw new AssertionError(describe(seed, i, input), e);
      }
      assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated for %s", describe(seed, i, input))
          .isLessThan(MOST_ALLOCATED_BYTES);
    }
  }

  private static String describe(long seed, int number, byte[] input) {
    return "input " + number + " of seed " + seed + ": " + HexFormat.of().formatHex(input);
  }
}
