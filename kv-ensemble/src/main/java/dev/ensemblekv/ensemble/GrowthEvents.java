// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.KvEvents;
import org.jspecify.annotations.Nullable;

/**
 * Tells of splits: that one begins, each phase and each tenth of it, and how it ended. Called by
 * one thread at a time.
 */
final class GrowthEvents {
  private static final int TENTHS = 10;

  private final KvEvents events;
  private @Nullable GrowthJob split;
  private Phase phase = Phase.IDLE;
  private int tenth;

  GrowthEvents(KvEvents events) {
    this.events = events;
  }

  /** A job has taken a step. What only counted, and may not be wanted, has not begun. */
  void stepped(GrowthJob job) {
    Phase now = job.phase();
    if (job.request().isEmpty() || now == Phase.COUNTING) {
      return;
    }
    int tenthNow = (int) (job.progress() * TENTHS);
    if (split != job) {
      split = job;
      emit(KvEvent.Kind.SPLIT_STARTED, "the split of " + name(job) + " begins", job);
    } else if (now != phase || tenthNow != tenth) {
      String text = "the split of " + name(job) + " is " + now + ", " + tenthNow * TENTHS + " %";
      emit(KvEvent.Kind.SPLIT_PROGRESS, text, job);
    }
    phase = now;
    tenth = tenthNow;
  }

  /** A job has come to its end. */
  void done(GrowthJob job) {
    if (job.cutovers() > 0) {
      String text = "substore " + job.targetName().orElse("") + " took over half of " + name(job);
      emit(KvEvent.Kind.SPLIT_FINISHED, text, job);
    } else if (split == job) {
      emit(KvEvent.Kind.SPLIT_FAILED, "the split of " + name(job) + " was given up", job);
    }
    split = null;
  }

  /** A job has failed. */
  void failed(GrowthJob job, Throwable failure) {
    emit(KvEvent.Kind.SPLIT_FAILED, job + " failed: " + failure.getMessage(), job);
    split = null;
  }

  private static String name(GrowthJob job) {
    return "substore " + job.donorName().orElse("");
  }

  private void emit(KvEvent.Kind kind, String text, GrowthJob job) {
    events.emit(
        KvEvent.of(kind, text)
            .with("phase", job.phase().name())
            .with("donor", job.donorName().orElse(""))
            .with("target", job.targetName().orElse(""))
            .with("progress", job.progress()));
  }
}
