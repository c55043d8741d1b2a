// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvInterruptedException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.ensemble.Manifest.Entry;
import dev.ensemblekv.ensemble.Manifest.Role;
import dev.ensemblekv.spi.KvCapacity;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The repair of an ensemble: each substore is checked, and repaired by its own backend if it is
 * damaged; those that are sound stay as they are. What is lost is told of each substore by name.
 *
 * <p>A repaired substore may have keys back that it handed over by a split long ago, so it is to be
 * cleaned of them. One that is missing becomes an empty one. If one cannot be repaired the others
 * are, and the task fails in the end.
 */
final class Repair {
  private final KvOpenContext context;
  private final Roots roots;
  private final KvTask.Progress progress;
  private final Path manifestPath;
  private final List<KvException> failures = new ArrayList<>();
  private Manifest manifest;

  private Repair(KvOpenContext context, Manifest manifest, Roots roots, KvTask.Progress progress) {
    this.context = context;
    this.manifest = manifest;
    this.roots = roots;
    this.progress = progress;
    this.manifestPath = context.directory().resolve(Topology.MANIFEST);
  }

  /**
   * Returns the work.
   *
   * @throws UnsupportedOperationException if the substores cannot be repaired
   */
  static KvTask.Body of(KvOpenContext context) {
    context.innerBackend().repair(context); // only to find out whether it can
    return progress -> {
      Manifest manifest = EnsembleOpening.readManifest(context);
      try (Roots roots = RootsOpening.open(context, manifest, false)) {
        KvOpenContext inside = context.withInnerHashSeed(manifest.seed());
        new Repair(inside, manifest, roots, progress).run();
      }
    };
  }

  private void run() {
    for (int id : List.copyOf(manifest.entries().keySet())) {
      Entry entry = manifest.entries().get(id);
      if (entry != null && entry.owns()) {
        try {
          repairIfDamaged(id, entry);
        } catch (KvInterruptedException e) {
          throw e;
        } catch (KvException e) {
          failures.add(e);
          progress.problem(
              about(id) + "it cannot be repaired: " + e.getMessage(), directory(id, entry));
        }
      }
    }
    if (!failures.isEmpty()) {
      KvException first = failures.get(0);
      throw new KvException(
          failures.size()
              + (failures.size() == 1 ? " substore" : " substores")
              + " cannot be repaired: "
              + first.getMessage(),
          first.path().orElse(null),
          first);
    }
    completeBatches();
  }

  /** Writes what the journal has and the substores lack, as the next opening would. */
  private void completeBatches() {
    SortedMap<Integer, Substore> substores = new TreeMap<>();
    Throwable failure = null;
    try {
      for (Map.Entry<Integer, Entry> owner : manifest.entries().entrySet()) {
        Entry entry = owner.getValue();
        if (entry.owns()) {
          substores.put(owner.getKey(), open(owner.getKey(), entry));
        }
      }
      RoutingTable table = RoutingTable.of(manifest, substores);
      new JournalRecovery(context, table, new KeyHash(manifest.seed()), progress).run();
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    } finally {
      for (Substore substore : substores.values()) {
        if (failure == null) {
          substore.store().close();
        } else {
          DiskFiles.closeAfter(failure, substore.store());
        }
      }
    }
  }

  private Substore open(int id, Entry entry) {
    KvStore store = context.openInner(directory(id, entry), Manifest.name(id));
    KvCapacity capacity = context.innerBackend().capacity();
    return new Substore(id, entry.root(), store, SubstoreSize.bounded(capacity, id, 0, 0));
  }

  private Path directory(int id, Entry entry) {
    return roots.get(entry.root()).substore(id);
  }

  private static String about(int id) {
    return "substore " + Manifest.name(id) + ": ";
  }

  private void repairIfDamaged(int id, Entry entry) {
    if (!context.disk().exists(directory(id, entry))) {
      context.createInner(directory(id, entry), Manifest.name(id)).close();
      progress.problem(
          about(id)
              + "it was missing, with at most "
              + entry.keysBound()
              + " keys, and is empty now",
          directory(id, entry));
    } else if (isDamaged(id, entry)) {
      repair(id, entry);
      record(id, entry);
    }
  }

  private boolean isDamaged(int id, Entry entry) {
    try (KvStore store = context.openInner(directory(id, entry), Manifest.name(id))) {
      KvTask check = store.verify();
      Verification.awaitInner(check, progress);
      KvTask.Result result = check.result();
      if (result.problemCount() == 0) {
        progress.advance(result.items());
      }
      return result.problemCount() > 0;
    } catch (KvInterruptedException e) {
      throw e;
    } catch (KvException e) {
      return true;
    }
  }

  private void repair(int id, Entry entry) {
    KvTask.Body body = context.repairInner(directory(id, entry), Manifest.name(id));
    KvTask task = KvTask.start(Runnable::run, "repair", "records", body);
    KvTask.Result result = task.result();
    progress.advance(result.items());
    for (KvTask.Problem problem : result.problems()) {
      progress.problem(about(id) + problem.message(), problem.path());
    }
    if (result.problemCount() == 0) {
      progress.problem(about(id) + "it was damaged; nothing is lost", directory(id, entry));
    }
  }

  /** Notes how much is in it now, and that there may be more than it owns. */
  private void record(int id, Entry entry) {
    try (KvStore store = context.openInner(directory(id, entry), Manifest.name(id))) {
      KvStats stats = store.stats();
      Role role = entry.region().depth() == 0 ? entry.role() : Role.CLEANING;
      Entry changed =
          new Entry(
              role,
              entry.region(),
              Substore.bound(stats, KvMetric.KEYS, Long.MAX_VALUE),
              Substore.bound(stats, KvMetric.LIVE_BYTES, Long.MAX_VALUE),
              entry.root());
      manifest = manifest.with(id, changed).withClosed(false);
      DiskFiles.replace(context.disk(), manifestPath, manifest.encode());
    } catch (IOException e) {
      throw DiskFiles.failure("the manifest cannot be written", manifestPath, e);
    }
  }
}
