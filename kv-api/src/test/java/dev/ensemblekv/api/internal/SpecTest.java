// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpecTest {
  @Test
  void namesAreOutermostFirst() {
    Spec spec = Spec.parse("cache:ensemble:leveldb");
    assertThat(spec.names()).containsExactly("cache", "ensemble", "leveldb");
    assertThat(spec.inner()).hasToString("ensemble:leveldb");
    assertThatThrownBy(() -> Spec.parse("json").inner()).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":", "json:", ":json", "Json", "1json", "a b", "a(b)", "a=b", "a,b", "a?"})
  void whatIsNoSpecIsRefusedAndShown(String nonsense) {
    assertThatThrownBy(() -> Spec.parse(nonsense))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + nonsense + "'");
  }

  @Test
  void noNameMayBeThereTwice() {
    assertThatThrownBy(() -> Spec.parse("ensemble:ensemble"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("twice");
  }

  @Test
  void theNearestNameIsTheOneWithTheFewestChanges() {
    List<String> names = List.of("json.persistInterval", "json.acceptEdit", "sync");
    assertThat(Nearest.of("json.persistIntervall", names)).isEqualTo("json.persistInterval");
    assertThat(Nearest.of("json.accept", names)).isEqualTo("json.acceptEdit");
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
  }
}
