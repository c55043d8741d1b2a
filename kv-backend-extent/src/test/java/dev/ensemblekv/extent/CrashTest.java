// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.tck.KvStoreTck;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.CrashExplorer.Result;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Loss of power at any change of the disk, and again during the recovery: what was flushed is
 * there, of each key only the latest writes are lost, batches are whole, and the store opens.
 *
 * <p>{@code dev.ensemblekv.tck.effort} makes it so many times longer, {@code
 * dev.ensemblekv.tck.seed} begins at another seed; the message of a failure begins with its own.
 */
class CrashTest {
  private static final int SEEDS = 64;

  @Test
  void noCrashLosesWhatWasDurable() {
    long first = Long.getLong(KvStoreTck.SEED, 1);
    int effort = Math.max(1, Integer.getInteger(KvStoreTck.EFFORT, 1));
    List<Result> results =
        LongStream.range(first, first + (long) SEEDS * effort)
            .parallel()
            .mapToObj(seed -> new CrashScenario(seed).explorer())
            .map(CrashExplorer::explore)
            .toList();
    long states = results.stream().mapToLong(Result::crashStates).sum();
    long distinct = results.stream().mapToLong(Result::distinctStates).sum();
    System.out.println(
        "CrashTest: "
            + states
            + " disks drawn in "
            + results.size()
            + " histories, "
            + distinct
            + " distinct, all of these checked");
    assertThat(states).isGreaterThan(results.size() * 5000L);
    assertThat(distinct).isGreaterThan(results.size() * 1000L);
  }
}
