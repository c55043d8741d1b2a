// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.tck.reference.ReferenceBackend;
import dev.ensemblekv.tck.reference.ReferenceBackend.Flaw;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searching for crashes that a store does not survive. */
class CrashSearchTest {
  private static final long STATES = 2_000;

  private static CrashSearch search(boolean syncs, Flaw... flaws) {
    KvOptions options = KvOptions.builder().set(KvOptions.SYNC, syncs).build();
    return CrashSearch.of(
            machine -> machine.environment().open("reference", machine.directory(), options))
        .setUp(environment -> environment.backend(new ReferenceBackend(flaws)))
        .synced(syncs);
  }

  @Test
  void aSoundStoreSurvivesThemAll() {
    assertThat(search(false).search(1, STATES)).isGreaterThanOrEqualTo(STATES);
    assertThat(search(true).search(1, STATES)).isGreaterThanOrEqualTo(STATES);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLUSH_WITHOUT_FORCE", "NO_CHECKSUM", "BATCH_IN_PIECES", "TORN_TAIL_KEPT"})
  void aFlawIsFoundAndCanBeReplayed(Flaw flaw) {
    CrashSearch search = search(false, flaw);
    String[] point = new String[1];
    assertThatThrownBy(() -> search.search(1, STATES))
        .isInstanceOf(AssertionError.class)
        .satisfies(failure -> point[0] = String.valueOf(failure.getMessage()).split("\"", -1)[1]);
    CrashExplorer.CrashPoint found = CrashExplorer.CrashPoint.parse(point[0]);
    assertThatThrownBy(() -> search.explorer(found.seed()).build().replay(found))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("replay");
  }
}
