// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvInterruptedException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.ensemble.RoutingTable.Slot;
import java.time.Duration;

/**
 * The check of an ensemble: each substore by its engine's own check, each key by its owner, and the
 * journal. What is wrong in one substore does not keep the others from being checked.
 */
final class Verification {
  private static final Duration CANCEL_CHECK = Duration.ofMillis(50);

  private Verification() {}

  static void run(EnsembleStore ensemble, KvTask.Progress progress) {
    RoutingTable table = ensemble.pin();
    try {
      ensemble.stats().metric(KvMetric.KEYS).ifPresent(keys -> progress.total(keys.asLong()));
      for (Slot slot : table.slots()) {
        try {
          runInner(slot.substore().store().verify(), progress);
          checkOwners(ensemble, table, slot, progress);
        } catch (KvException e) {
          progress.problem(slot.substore() + ": " + e.getMessage(), e.path().orElse(null));
        }
      }
      verifyJournal(ensemble, progress);
    } finally {
      ensemble.unpin(table);
    }
  }

  private static void verifyJournal(EnsembleStore ensemble, KvTask.Progress progress) {
    try {
      ensemble.verifyJournal(progress);
    } catch (KvException e) {
      progress.problem(e.getMessage(), e.path().orElse(null));
    }
  }

  /**
   * Each key in its owner, and none anywhere else: then none is there twice. Only a donor that is
   * to be cleaned may hold keys of others, of its own base, as it handed them over.
   */
  private static void checkOwners(
      EnsembleStore ensemble, RoutingTable table, Slot slot, KvTask.Progress progress) {
    try (KvCursor cursor = slot.substore().store().iterate()) {
      while (cursor.next()) {
        Slot owner = table.route(ensemble.hash().bits(cursor.key()));
        if (owner.substore() == slot.substore()) {
          progress.advance(1);
        } else if (!isHandedOver(slot, owner)) {
          progress.problem(
              slot.substore() + " holds a key that belongs to " + owner.substore(), null);
        }
      }
    }
  }

  private static boolean isHandedOver(Slot slot, Slot owner) {
    return slot.holdsForeignKeys() && owner.region().base() == slot.region().base();
  }

  /**
   * Waits for a task of a substore, passes on its problems, and cancels it if this one is. It never
   * outlives this one, as the substore may be closed then.
   */
  static void runInner(KvTask inner, KvTask.Progress progress) {
    awaitInner(inner, progress);
    inner.result().problems().forEach(found -> progress.problem(found.message(), found.path()));
  }

  /** Waits for a task of a substore, and cancels it if this one is. */
  static void awaitInner(KvTask inner, KvTask.Progress progress) {
    try {
      while (!inner.await(CANCEL_CHECK)) {
        progress.advance(0);
      }
    } catch (RuntimeException e) {
      inner.cancel();
      awaitEnd(inner);
      throw e;
    }
  }

  private static void awaitEnd(KvTask inner) {
    boolean interrupted = false;
    while (inner.state() == KvTask.State.RUNNING) {
      interrupted |= Thread.interrupted();
      try {
        inner.await(CANCEL_CHECK);
      } catch (KvInterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
