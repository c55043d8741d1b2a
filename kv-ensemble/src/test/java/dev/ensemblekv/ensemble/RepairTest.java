// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.control;
import static dev.ensemblekv.ensemble.EnsembleTesting.manifest;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.ensemble.Manifest.Role;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.tck.sim.ManualExecutor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repair mends what is damaged, substore by substore, and leaves alone what is not. */
class RepairTest {
  private static final int SUBSTORES = 3;
  private static final int KEYS = 300;

  @TempDir Path temp;

  private Path directory;
  private final Map<String, String> written = new TreeMap<>();

  @BeforeEach
  void write() {
    directory = temp.resolve("store");
    try (KvStore store = KvStores.open("ensemble:extent", directory, options(SUBSTORES, 100_000))) {
      for (int i = 0; i < KEYS; i++) {
        store.put(bytes("key " + i), bytes("value " + i));
        written.put("key " + i, "value " + i);
      }
    }
  }

  private Path directory(int substore) {
    return directory.resolve("substores").resolve(Manifest.name(substore));
  }

  private Path in(int substore, String name) {
    return directory(substore).resolve(name);
  }

  private Role role(int substore) throws IOException {
    Manifest.Entry entry = manifest(Disk.real(), directory).entries().get(substore);
    return Objects.requireNonNull(entry).role();
  }

  private KvTask.Result repair() {
    return KvStores.repair(directory).result();
  }

  private static void flip(Path file, int offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[offset] ^= 1;
    Files.write(file, bytes);
  }

  private static int offsetOf(Path file, String text) throws IOException {
    int offset = Files.readString(file, StandardCharsets.ISO_8859_1).indexOf(text);
    assertThat(offset).isPositive();
    return offset;
  }

  private Map<String, String> contents() {
    try (KvStore store = KvStores.open(directory)) {
      assertThat(store.verify().result().problems()).isEmpty();
      Map<String, String> contents = new TreeMap<>();
      store.forEach(
          (key, value) -> {
            contents.put(
                new String(key, StandardCharsets.UTF_8), new String(value, StandardCharsets.UTF_8));
            return true;
          });
      return contents;
    }
  }

  private Map<String, String> owned(int substore) throws IOException {
    KeyHash hash = new KeyHash(manifest(Disk.real(), directory).seed());
    Map<String, String> owned = new TreeMap<>(written);
    owned.keySet().removeIf(key -> Region.base(hash.bits(bytes(key)), SUBSTORES) != substore);
    return owned;
  }

  @Test
  void aSubstoreThatDoesNotOpenIsRepairedAndTheOthersStay() throws IOException {
    flip(in(1, "MANIFEST"), 40);
    byte[] sound = Files.readAllBytes(in(0, "MANIFEST"));
    assertThatThrownBy(() -> KvStores.open(directory)).isInstanceOf(CorruptionException.class);
    KvTask.Result result = repair();
    assertThat(result.items()).isEqualTo(KEYS);
    assertThat(result.problems())
        .isNotEmpty()
        .allSatisfy(
            problem -> {
              assertThat(problem.message()).startsWith("substore 0001: ");
              assertThat(problem.path()).hasToString(in(1, "MANIFEST").toString());
            });
    assertThat(Files.readAllBytes(in(0, "MANIFEST"))).isEqualTo(sound);
    assertThat(contents()).isEqualTo(written);
  }

  @Test
  void aRecordThatIsDamagedIsLostAndNamed() throws IOException {
    String lost = owned(2).keySet().iterator().next();
    Path segment = in(2, "segment-000001.kv");
    flip(segment, offsetOf(segment, lost + "value"));
    KvTask.Result result = repair();
    assertThat(result.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).startsWith("substore 0002: at byte "));
    written.remove(lost);
    assertThat(contents()).isEqualTo(written);
    assertThat(repair().problems()).as("repaired again").isEmpty();
  }

  @Test
  void aSubstoreThatIsMissingIsEmptyAfterwards() throws IOException {
    Map<String, String> lost = owned(0);
    DiskFiles.deleteTree(Disk.real(), directory(0));
    assertThat(repair().problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.message())
                    .startsWith("substore 0000: it was missing, with at most " + lost.size()));
    written.keySet().removeAll(lost.keySet());
    assertThat(contents()).isEqualTo(written);
  }

  @Test
  void aSubstoreThatCannotBeRepairedDoesNotKeepTheOthersFromIt() throws IOException {
    Files.delete(in(0, "STORE"));
    flip(in(1, "MANIFEST"), 40);
    assertThatThrownBy(this::repair)
        .isInstanceOf(KvException.class)
        .hasMessageContaining("1 substore cannot be repaired")
        .hasMessageContaining("0000");
    KvTask again = KvStores.repair(directory);
    assertThatThrownBy(again::result).hasMessageContaining("1 substore cannot be repaired");
    assertThat(again.problemCount()).isEqualTo(1);
  }

  @Test
  void keysThatWereHandedOverBySplitAreCleanedOutOfWhatIsRepaired() throws IOException {
    ManualExecutor executor = new ManualExecutor();
    KvEnvironment environment = KvEnvironment.builder().executor(executor).build();
    try (KvStore store = environment.open(null, directory, KvOptions.defaults())) {
      control(store).splitNow("0001");
      executor.runAll();
    }
    assertThat(role(1)).isEqualTo(Role.OWNER);
    Path split = in(1, "MANIFEST");
    flip(split, 40);
    repair();
    assertThat(role(1)).isEqualTo(Role.CLEANING);
    assertThat(contents()).isEqualTo(written);
  }

  @Test
  void withoutTheManifestOfTheEnsembleItSaysSoAndChangesNothing() throws IOException {
    flip(in(1, "MANIFEST"), 40);
    byte[] damaged = Files.readAllBytes(in(1, "MANIFEST"));
    Files.delete(directory.resolve(Topology.MANIFEST));
    assertThatThrownBy(this::repair)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("the manifest of the ensemble is missing")
        .hasMessageContaining("restore it from a copy");
    assertThat(Files.readAllBytes(in(1, "MANIFEST"))).isEqualTo(damaged);
  }

  @Test
  void whatItsSubstoresCannotItCannot() {
    Path other = temp.resolve("json");
    KvStores.open("ensemble:json", other).close();
    assertThatThrownBy(() -> KvStores.repair(other))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("'json' cannot be repaired");
  }
}
