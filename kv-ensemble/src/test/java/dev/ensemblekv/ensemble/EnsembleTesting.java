// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.ensemble.Manifest.Role;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What the tests of this module share. */
final class EnsembleTesting {
  private EnsembleTesting() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns options under which no write is held up: where a split waits for the same thread. */
  static KvOptions options(long initialSubstores, long maxKeys) {
    return KvOptions.builder()
        .set(EnsembleOptions.INITIAL_SUBSTORES, initialSubstores)
        .set(EnsembleOptions.MAX_KEYS, maxKeys)
        .set(EnsembleOptions.MAX_STALL, Duration.ZERO)
        .build();
  }

  /** Returns options under which a store is hardly ever at rest. */
  static KvOptions alwaysDoubling() {
    return KvOptions.builder()
        .set(EnsembleOptions.INITIAL_SUBSTORES, 1L)
        .set(EnsembleOptions.MAX_KEYS, EnsembleOptions.LEAST_KEYS)
        .set(EnsembleOptions.MAX_SUBSTORES, 32L)
        .build();
  }

  static EnsembleControl control(KvStore store) {
    Optional<EnsembleControl> control = store.unwrap(EnsembleControl.class);
    return control.orElseThrow();
  }

  static int substores(KvStore store) {
    return store.stats().substores().size();
  }

  static Manifest manifest(Disk disk, Path directory) throws IOException {
    Path path = directory.resolve(Topology.MANIFEST);
    return Manifest.decode(DiskFiles.read(disk, path, 1 << 20), path);
  }

  /** Checks that nothing of a split is left over: on disk is what the manifest says. */
  static void assertTidy(Disk disk, Path directory) throws IOException {
    Manifest manifest = manifest(disk, directory);
    assertThat(manifest.entries().values())
        .allSatisfy(entry -> assertThat(entry.role()).isEqualTo(Role.OWNER));
    assertThat(disk.list(directory.resolve("substores")))
        .isEqualTo(manifest.entries().keySet().stream().map(Manifest::name).toList());
  }
}
