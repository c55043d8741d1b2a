// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreExistsException;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.io.DiskLock;
import dev.ensemblekv.tck.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was found in a directory counts only if it still is there when the lock is taken. */
class OpeningRaceTest {
  private static final String SPEC = "reference";
  private static final byte[] KEY = "key".getBytes(UTF_8);
  private static final byte[] VALUE = "value".getBytes(UTF_8);
  private static final KvOptions ONLY_NEW =
      KvOptions.builder().set(KvOptions.FAIL_IF_EXISTS, true).build();

  private final KvEnvironment others =
      KvEnvironment.builder().backend(new ReferenceBackend()).build();

  @TempDir private Path parent;
  private Path directory = Path.of("");

  @BeforeEach
  void choose() {
    directory = parent.resolve("store");
  }

  private KvStore openAfter(Runnable meanwhile, KvOptions options) {
    ForwardingDisk disk =
        new ForwardingDisk() {
          @Override
          public Optional<DiskLock> tryLock(Path file) throws IOException {
            meanwhile.run();
            return super.tryLock(file);
          }
        };
    return KvEnvironment.builder()
        .disk(disk)
        .backend(new ReferenceBackend())
        .build()
        .open(SPEC, directory, options);
  }

  private void create() {
    try (KvStore store = others.open(SPEC, directory, KvOptions.defaults())) {
      store.put(KEY, VALUE);
    }
  }

  private String id() {
    return others.describe(directory).orElseThrow().id();
  }

  @Test
  void aStoreThatOthersHaveMadeMeanwhileIsOpened() {
    try (KvStore store = openAfter(this::create, KvOptions.defaults())) {
      assertThat(store.get(KEY)).isEqualTo(VALUE);
    }
  }

  @Test
  void aStoreThatOthersHaveMadeMeanwhileExists() {
    assertThatExceptionOfType(StoreExistsException.class)
        .isThrownBy(() -> openAfter(this::create, ONLY_NEW));
  }

  @Test
  void aStoreThatOthersHaveReplacedMeanwhileIsThatOfTheirs() {
    create();
    String before = id();
    Runnable replace =
        () -> {
          others.destroy(directory);
          create();
        };
    try (KvStore store = openAfter(replace, KvOptions.defaults())) {
      assertThat(store.get(KEY)).isEqualTo(VALUE);
    }
    assertThat(id()).isNotEqualTo(before);
  }
}
