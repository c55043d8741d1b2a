// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ensemblekv.api.KvCodecs;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTypedStore;
import dev.ensemblekv.api.KvViews;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;

@ParameterizedClass
@FieldSource("dev.ensemblekv.it.views.OpenStores#SPECS")
class KvTypedStoreTest {
  @TempDir Path directory;

  private final String spec;
  private KvStore store;
  private KvTypedStore<Long, String> typed;

  KvTypedStoreTest(String spec) {
    this.spec = spec;
  }

  @BeforeEach
  void open() {
    store = OpenStores.open(spec, directory);
    typed = KvViews.typed(store, KvCodecs.LONG, KvCodecs.UTF_8);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void readsAndWritesObjects() {
    typed.put(1L, "one");
    typed.put(2L, "");
    assertThat(typed.get(1L)).isEqualTo("one");
    assertThat(typed.get(2L)).isEmpty();
    assertThat(typed.get(3L)).isNull();
    assertThat(typed.exists(2L)).isTrue();
    assertThat(typed.getAll(List.of(3L, 2L, 1L, 1L))).containsExactly(null, "", "one", "one");
    typed.delete(2L);
    assertThat(typed.exists(2L)).isFalse();
    assertThat(store.get(new byte[] {(byte) 0x80, 0, 0, 0, 0, 0, 0, 1}))
        .isEqualTo(new byte[] {'o', 'n', 'e'});
  }

  @Test
  void comparesAndSetsObjects() {
    assertThat(typed.compareAndSet(1L, null, "one")).isTrue();
    assertThat(typed.compareAndSet(1L, null, "other")).isFalse();
    assertThat(typed.compareAndSet(1L, "other", "two")).isFalse();
    assertThat(typed.get(1L)).isEqualTo("one");
    assertThat(typed.compareAndSet(1L, "one", "two")).isTrue();
    assertThat(typed.get(1L)).isEqualTo("two");
    assertThat(typed.compareAndSet(1L, "two", null)).isTrue();
    assertThat(typed.exists(1L)).isFalse();
  }

  @Test
  void visitsObjectsUntilTold() {
    for (long i = -2; i <= 2; i++) {
      typed.put(i, "v" + i);
    }
    List<String> seen = new ArrayList<>();
    typed.forEach(
        (key, value) -> {
          seen.add(key + value);
          return key < 1;
        });
    assertThat(seen).containsExactly("-2v-2", "-1v-1", "0v0", "1v1");
  }

  @Test
  void saysWhatItCannotDecode() {
    store.put(new byte[] {1, 2, 3}, new byte[0]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> typed.forEach((key, value) -> true))
        .withMessageContaining("3 bytes instead of 8");
    typed.put(1L, "one");
    KvTypedStore<Long, Long> wrong = KvViews.typed(store, KvCodecs.LONG, KvCodecs.LONG);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> wrong.get(1L))
        .withMessageContaining("'one'");
  }
}
