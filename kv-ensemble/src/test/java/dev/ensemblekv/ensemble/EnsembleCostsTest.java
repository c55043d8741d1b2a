// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.extent.ExtentOptions;
import dev.ensemblekv.tck.sim.CountedDisk;
import dev.ensemblekv.tck.sim.CountedDisk.Count;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import org.junit.jupiter.api.Test;

/**
 * What an ensemble adds to what its substores read and write, which is nothing: counted beside the
 * same calls of one store of the same kind.
 */
class EnsembleCostsTest {
  private static final int KEYS = 3000;
  private static final int CALLS = 100;
  private static final int VALUE_BYTES = 100;

  /** All of it is read by calls, and the newest part of the index has room for all keys. */
  private static final KvOptions OPTIONS =
      KvOptions.builder()
          .set(ExtentOptions.ACCESS, ExtentOptions.Access.POSITIONED)
          .set(ExtentOptions.MEMTABLE_KEYS, 2L * KEYS)
          .build();

  /** What a hundred calls of each kind read and wrote. */
  private record Costs(Count putReads, Count putWrites, Count getReads, Count absentReads) {}

  private static byte[] key(int number) {
    return bytes("key%08d".formatted(number));
  }

  private static Costs costs(String spec) {
    SimulatedDisk disk = new SimulatedDisk();
    CountedDisk counted = new CountedDisk(disk);
    SimulatedMachine machine =
        new SimulatedMachine(disk, 1, environment -> environment.disk(counted.disk()));
    try (KvStore store = machine.environment().open(spec, machine.directory(), OPTIONS)) {
      for (int i = 0; i < KEYS; i++) {
        store.put(key(i), new byte[VALUE_BYTES]);
      }
      machine.executor().runAll();
      counted.reset();
      for (int i = 0; i < CALLS; i++) {
        store.put(key(i), new byte[VALUE_BYTES]);
      }
      Count putReads = counted.reads(name -> true);
      Count putWrites = counted.writes(name -> true);
      counted.reset();
      for (int i = 0; i < CALLS; i++) {
        assertThat(store.get(key(CALLS + i))).hasSize(VALUE_BYTES);
      }
      Count getReads = counted.reads(name -> true);
      counted.reset();
      for (int i = 0; i < CALLS; i++) {
        assertThat(store.get(key(KEYS + i))).isNull();
      }
      return new Costs(putReads, putWrites, getReads, counted.reads(name -> true));
    }
  }

  @Test
  void anEnsembleAddsNoReadNoWriteAndNoByteToThoseOfItsSubstores() {
    Costs alone = costs("extent");
    assertThat(alone.putWrites().calls()).isEqualTo(CALLS);
    assertThat(alone.getReads().calls()).isEqualTo(CALLS);
    assertThat(costs("ensemble:extent")).isEqualTo(alone);
  }
}
