// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import org.junit.jupiter.api.Test;

/** Tombstones that are kept for a rebuilt index do not fill the disk. */
class TombstonesTest {
  private static final int ROUNDS = 10;
  private static final long MOST_BYTES = 300_000; // 60,000 are live

  private final SimulatedMachine machine = new SimulatedMachine(1, builder -> builder);

  @Test
  void aQueueBesideColdDataDoesNotGrowForEver() throws Exception {
    KvOptions options =
        KvOptions.builder()
            .set("extent.memtableKeys", "64")
            .set("extent.segmentSize", "64KiB")
            .build();
    try (KvStore store = machine.environment().open("extent", machine.directory(), options)) {
      for (int i = 0; i < 30; i++) {
        store.put(("cold " + i).getBytes(UTF_8), new byte[2000]);
      }
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 1000; i++) {
          byte[] key = ("item " + round + " " + i).getBytes(UTF_8);
          store.put(key, new byte[10]);
          store.delete(key);
        }
        machine.executor().runAll();
      }
      assertThat(used()).isLessThan(MOST_BYTES);
    }
  }

  private long used() throws Exception {
    long bytes = 0;
    for (String name : machine.disk().list(machine.directory())) {
      if (name.startsWith("segment")) {
        bytes += machine.disk().contents(machine.directory().resolve(name)).length;
      }
    }
    return bytes;
  }
}
