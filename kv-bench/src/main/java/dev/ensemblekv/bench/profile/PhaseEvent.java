// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.profile;

import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A phase of a benchmark in a recording, if one is made. */
@Name(PhaseEvent.NAME)
@Label("Phase of a benchmark")
@StackTrace(false)
public final class PhaseEvent extends Event {
  static final String NAME = "dev.ensemblekv.bench.Phase";

  /** What the phase is called. */
  @Label("Phase")
  final String phase;

  private PhaseEvent(String phase) {
    this.phase = phase;
  }

  /** Begins a phase, which ends with {@link #commit()}. */
  public static PhaseEvent begin(String phase) {
    PhaseEvent event = new PhaseEvent(phase);
    event.begin();
    return event;
  }
}
