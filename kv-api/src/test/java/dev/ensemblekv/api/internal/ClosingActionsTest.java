// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each action is run once, however late it comes. */
class ClosingActionsTest {
  private final ClosingActions actions = new ClosingActions();
  private final List<String> done = new ArrayList<>();

  @Test
  void actionsWaitForTheClosing() {
    actions.onClose(() -> done.add("first"));
    actions.onClose(() -> done.add("second"));
    assertThat(done).isEmpty();

    actions.drain().forEach(Runnable::run);

    assertThat(done).containsExactly("first", "second");
    assertThat(actions.drain()).isEmpty();
  }

  @Test
  void whatComesAfterTheClosingIsRunAtOnce() {
    assertThat(actions.drain()).isEmpty();

    actions.onClose(() -> done.add("late"));

    assertThat(done).containsExactly("late");
  }
}
