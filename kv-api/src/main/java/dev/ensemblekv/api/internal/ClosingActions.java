// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.KvClosing;
import java.util.ArrayList;
import java.util.List;

/** The actions that wait for a store to be closed. Thread-safe. */
final class ClosingActions implements KvClosing {

  // Guarded by this.
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean past;

  @Override
  public void onClose(Runnable action) {
    if (!waits(action)) {
      action.run();
    }
  }

  private synchronized boolean waits(Runnable action) {
    return !past && waiting.add(action);
  }

  /** Returns the actions to be run now, by the caller; later ones are run as they come. */
  synchronized List<Runnable> drain() {
    past = true;
    List<Runnable> due = List.copyOf(waiting);
    waiting.clear();
    return due;
  }
}
