// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.KvEvents;
import org.jspecify.annotations.Nullable;

/** What the background work of a store tells of. Used by one thread at a time. */
final class ExtentEvents {
  private final KvEvents events;
  private @Nullable String lastDamage;

  ExtentEvents(KvEvents events) {
    this.events = events;
  }

  /** Opening left a torn tail off the log. */
  static void recovered(KvEvents events, Tail tail) {
    events.emit(
        KvEvent.of(
                KvEvent.Kind.RECOVERY_FOUND,
                "the store was not closed: what was never durable at the end of its log is left out")
            .with("tornBytes", tail.tornBytes())
            .with("replayedBytes", tail.replayedBytes()));
  }

  /** Segments were compacted. */
  void compacted(int segments, long bytes, long movedBytes) {
    events.emit(
        KvEvent.of(KvEvent.Kind.COMPACTION_FINISHED, "a compaction gave space back")
            .with("segments", segments)
            .with("bytes", bytes)
            .with("movedBytes", movedBytes));
  }

  /** Writers are slowed down from now on. */
  void stalled() {
    events.emit(
        KvEvent.of(
            KvEvent.Kind.STALL,
            "writers are slowed down to the rate at which space is given back"));
  }

  /** Background work met damage; it will again, which is no news. */
  void damaged(CorruptionException damage) {
    String message = String.valueOf(damage.getMessage());
    if (!message.equals(lastDamage)) {
      lastDamage = message;
      events.emit(
          KvEvent.of(KvEvent.Kind.CORRUPTION, message)
              .with("path", damage.path().map(Object::toString).orElse(""))
              .with("offset", damage.offset().orElse(-1)));
    }
  }
}
