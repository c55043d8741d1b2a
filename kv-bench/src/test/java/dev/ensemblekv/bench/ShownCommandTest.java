// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShownCommandTest {

  private static String shown(String... arguments) {
    return ShownCommand.of("./kv bench", List.of(arguments));
  }

  @Test
  void whereFilesAreOnThisMachineIsNotSaid() {
    assertThat(shown("size", "--report", "out", "--keys", "1", "--directory", "/disk/x"))
        .isEqualTo("./kv bench size --keys 1");
    assertThat(shown("size", "--report=out", "--directory=/disk/x", "json"))
        .isEqualTo("./kv bench size json");
  }

  @Test
  void ofAnyOtherPathTheNameIsLeft() {
    assertThat(shown("profile", "/home/me/x.jfr")).isEqualTo("./kv bench profile x.jfr");
    assertThat(shown("--jvm-option=-XX:Start=settings=profile,filename=/home/me/x.jfr"))
        .isEqualTo("./kv bench --jvm-option=-XX:Start=settings=profile,filename=x.jfr");
    assertThat(shown("50 read/s", "docs/x.jfr")).isEqualTo("./kv bench '50 read/s' docs/x.jfr");
  }

  @Test
  void whatTheShellWouldTakeApartIsQuoted() {
    assertThat(shown("--define", "a=50 read, it's"))
        .isEqualTo("./kv bench --define 'a=50 read, it'\\''s'");
  }
}
