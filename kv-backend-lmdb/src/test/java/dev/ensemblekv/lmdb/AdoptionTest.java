// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import static dev.ensemblekv.lmdb.Fixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.ForeignDirectoryException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.StoreMismatchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lmdbjava.ByteArrayProxy;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;

/** Environments that others made become stores, if they are maps of byte strings. */
class AdoptionTest {
  @TempDir Path directory;

  private void make(Consumer<Env<byte[]>> content) {
    NativeLibrary.load();
    try (Env<byte[]> env =
        Env.create(ByteArrayProxy.PROXY_BA)
            .setMapSize(10 << 20)
            .setMaxDbs(4)
            .open(directory.toFile())) {
      content.accept(env);
    }
  }

  private void adopt(String... database) {
    KvOptions.Builder options = KvOptions.builder();
    for (String name : database) {
      options.set(LmdbOptions.DATABASE, name);
    }
    assertThat(KvStores.adopt("lmdb", directory, options.build()).result().problemCount()).isZero();
  }

  @Test
  void theUnnamedDatabaseBecomesAStore() {
    make(env -> env.openDbi((byte[]) null).put(bytes("k"), bytes("v")));
    adopt();
    try (KvStore store = KvStores.open(directory)) {
      assertThat(store.get(bytes("k"))).isEqualTo(bytes("v"));
      store.put(bytes("l"), bytes("w"));
      assertThat(store.size()).isEqualTo(2);
    }
  }

  @Test
  void aNamedDatabaseBecomesAStore() {
    make(
        env -> {
          env.openDbi("one", DbiFlags.MDB_CREATE).put(bytes("k"), bytes("v"));
          env.openDbi("two", DbiFlags.MDB_CREATE).put(bytes("k"), bytes("other"));
        });
    adopt("one");
    try (KvStore store = KvStores.open(directory)) {
      assertThat(store.get(bytes("k"))).isEqualTo(bytes("v"));
      store.put(bytes("l"), bytes("w"));
      assertThat(store.size()).isEqualTo(2);
    }
  }

  @Test
  void namesOfDatabasesAreNotTakenForKeys() {
    make(env -> env.openDbi("one", DbiFlags.MDB_CREATE).put(bytes("k"), bytes("v")));
    assertThatThrownBy(this::adopt)
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("[one]")
        .hasMessageContaining("lmdb.database");
    assertThat(directory.resolve("STORE")).doesNotExist();
  }

  @Test
  void namesOfDatabasesAmongManyPairsAreFoundByTheVerification() {
    make(AdoptionTest::aDatabaseAmongManyPairs);
    assertThatThrownBy(this::adopt)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("in 1 places")
        .hasMessageContaining("the name of a database");
  }

  @Test
  void anEnvironmentThatCannotBeAdoptedStaysAsItIs() throws IOException {
    make(AdoptionTest::aDatabaseAmongManyPairs);
    Files.delete(directory.resolve(DataFile.LOCK_NAME)); // as in a copy made by hand
    byte[] before = Files.readAllBytes(directory.resolve(DataFile.NAME));
    assertThatThrownBy(this::adopt).isInstanceOf(CorruptionException.class);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(directory.resolve(DataFile.NAME));
    }
    assertThat(directory.resolve(DataFile.NAME)).hasBinaryContent(before);
  }

  private static void aDatabaseAmongManyPairs(Env<byte[]> env) {
    var unnamed = env.openDbi((byte[]) null);
    for (int i = 0; i < 1000; i++) {
      unnamed.put(bytes("pair" + i), Fixture.value(i, 48));
    }
    env.openDbi("zone", DbiFlags.MDB_CREATE).put(bytes("k"), bytes("v"));
  }

  @Test
  void aDatabaseThatIsNotThereIsNotCreated() {
    make(env -> env.openDbi("one", DbiFlags.MDB_CREATE).put(bytes("k"), bytes("v")));
    assertThatThrownBy(() -> adopt("two"))
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("no database 'two'");
    make(env -> assertThat(env.getDbiNames()).hasSize(1));
  }

  @ParameterizedTest
  @EnumSource(names = {"MDB_DUPSORT", "MDB_REVERSEKEY", "MDB_INTEGERKEY"})
  void whatIsNoMapOfByteStringsIsRefused(DbiFlags flag) {
    make(env -> env.openDbi("one", DbiFlags.MDB_CREATE, flag).put(bytes("12345678"), bytes("v")));
    assertThatThrownBy(() -> adopt("one"))
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining(flag.name());
  }

  @Test
  void whatIsNoEnvironmentIsNotRecognized() throws Exception {
    Files.writeString(directory.resolve("data.mdb"), "something else");
    assertThatThrownBy(this::adopt).isInstanceOf(ForeignDirectoryException.class);
  }
}
