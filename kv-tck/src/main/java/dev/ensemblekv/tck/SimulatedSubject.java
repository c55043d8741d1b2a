// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The store under test on a simulated machine, if it keeps its files by the framework's disk. */
final class SimulatedSubject {
  private static final long SEED = 1;
  private static final String DESCRIPTOR = "STORE"; // other files of the framework go on with a dot

  private final KvStoreTck tck;

  /** A directory of the test's own, should the store look for it on the real disk after all. */
  private final Path directory;

  private final SimulatedMachine machine;

  private SimulatedSubject(Chapter chapter) {
    this.tck = chapter.tck();
    this.directory = chapter.temp.resolve("simulated");
    this.machine = new SimulatedMachine(SEED, tck::setUp);
  }

  /** Returns a machine with no store yet; skips the test if the store is not one for it. */
  static SimulatedSubject of(Chapter chapter) {
    Assumptions.assumeTrue(
        keepsItsFilesThere(chapter),
        "cannot be seen: this store does not keep its files by the framework's disk");
    return new SimulatedSubject(chapter);
  }

  private static boolean keepsItsFilesThere(Chapter chapter) {
    SimulatedSubject subject = new SimulatedSubject(chapter);
    try (KvStore store = subject.open()) {
      store.put(new byte[] {1}, new byte[] {1});
      store.flush();
      boolean files =
          subject.machine.disk().list(subject.directory).stream()
              .anyMatch(name -> isEngineFile(Path.of(name)));
      return files && store.features().contains(KvFeature.PERSISTENT);
    } catch (IOException | RuntimeException e) {
      return false; // it looked for its directory on the real disk
    }
  }

  /** Tells whether a file is the engine's, rather than the framework's. */
  static boolean isEngineFile(Path path) {
    String name = String.valueOf(path.getFileName());
    return !name.equals(DESCRIPTOR) && !name.startsWith(DESCRIPTOR + ".");
  }

  Path directory() {
    return directory;
  }

  SimulatedMachine machine() {
    return machine;
  }

  KvStore open() {
    return open(machine, tck.options());
  }

  KvStore open(SimulatedMachine on, KvOptions options) {
    return on.environment().open(tck.spec(), directory, options);
  }
}
