// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static dev.ensemblekv.json.Fixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.ManualExecutor;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What cannot be seen from outside a store: errors of the JVM, and calls that come late. */
class PersisterTest {
  private static final Path DIRECTORY = Path.of("/store");

  private final SimulatedDisk disk = new SimulatedDisk();
  private final Pairs pairs = new Pairs();
  private boolean outOfMemory;
  private final Persister persister =
      new Persister(
          pairs,
          new DataFile(HookedDisk.of(disk, this::beforeForce), DIRECTORY, "00"),
          new ManualExecutor());

  private void beforeForce() {
    if (outOfMemory) {
      throw new OutOfMemoryError("of the test");
    }
  }

  @BeforeEach
  void createFile() throws IOException {
    disk.createDirectories(DIRECTORY);
    persister.create();
  }

  @Test
  void aTurnThatComesAfterTheEndWritesNothing() {
    pairs.change(bytes("a"), bytes("1"));
    disk.faults().fail(DiskOperation.FORCE, 0);
    assertThatThrownBy(persister::close).isInstanceOf(KvException.class);
    long changes = disk.changes();
    assertThat(persister.persistInBackground()).isTrue();
    persister.close();
    assertThatThrownBy(() -> persister.persist(1)).isInstanceOf(StoreClosedException.class);
    assertThat(disk.changes()).isEqualTo(changes);
  }

  @Test
  void anErrorReachesTheCallerIsToldToWritersAndIsTriedAgain() {
    pairs.change(bytes("a"), bytes("1"));
    outOfMemory = true;
    assertThatThrownBy(persister::persistInBackground).isInstanceOf(OutOfMemoryError.class);
    assertThatThrownBy(persister::throwUntold)
        .isInstanceOf(KvException.class)
        .hasCauseInstanceOf(OutOfMemoryError.class);
    assertThat(persister.dirtyChanges()).isEqualTo(1);
    outOfMemory = false;
    assertThat(persister.persistInBackground()).isTrue();
    assertThat(persister.dirtyChanges()).isZero();
  }
}
