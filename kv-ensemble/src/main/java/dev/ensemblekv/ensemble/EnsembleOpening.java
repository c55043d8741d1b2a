// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreNotFoundException;
import dev.ensemblekv.ensemble.Manifest.Entry;
import dev.ensemblekv.spi.KvCapacity;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates an ensemble or opens one: reads the manifest, opens the substores that own something, and
 * leaves to the growth what a split that was cut short has left to do.
 */
final class EnsembleOpening {
  private static final Logger LOG = LoggerFactory.getLogger(EnsembleOpening.class);
  private static final int MAX_MANIFEST_BYTES = 256 << 20;

  private final Budget budget;
  private KvOpenContext context;
  private final SortedMap<Integer, KvStore> stores =
      Collections.synchronizedSortedMap(new TreeMap<>());
  private @Nullable Roots roots;

  private EnsembleOpening(KvOpenContext context) {
    this.budget = EnsembleOptions.budget(context);
    this.context = context.withInnerBudget(budget);
  }

  /** How a substore is created or opened. */
  private interface Opening {
    KvStore open(int id, Path at);
  }

  static KvStore open(KvOpenContext context) {
    EnsembleOpening opening = new EnsembleOpening(context);
    try {
      return context.isNew() ? opening.create() : opening.reopen();
    } catch (RuntimeException | Error e) {
      opening.closeAll(e);
      throw e;
    }
  }

  /** Returns the work of deleting what the ensemble has on other disks. */
  static Runnable destroying(KvOpenContext context, boolean begun) {
    Manifest known = Manifest.initial(0, 1);
    try {
      if (context.disk().exists(path(context))) {
        known = readManifest(context);
      }
    } catch (KvException e) {
      LOG.warn("only the roots in ensemble.roots are destroyed: {}", e.getMessage());
    }
    return RootsOpening.destroying(context, known, begun);
  }

  private void closeAll(Throwable error) {
    List<Throwable> failures =
        Parallel.forEach(context.executor(), List.copyOf(stores.values()), KvStore::close);
    failures.forEach(error::addSuppressed);
    DiskFiles.closeAfter(error, roots);
  }

  private KvStore create() {
    long seed = context.random().nextLong();
    context = context.withInnerHashSeed(seed);
    int bases = Math.toIntExact(context.option(EnsembleOptions.INITIAL_SUBSTORES));
    Roots found = openRoots(Manifest.initial(seed, bases));
    Manifest manifest = Manifest.initial(seed, found.placeAll(bases), found.all());
    onEach(manifest, (id, at) -> context.createInner(at, Manifest.name(id)));
    write(manifest);
    return store(manifest);
  }

  private KvStore reopen() {
    Manifest manifest = readManifest(context);
    context = context.withInnerHashSeed(manifest.seed());
    Roots found = openRoots(manifest);
    Manifest present = manifest.withRoots(found.all());
    if (!present.equals(manifest) && !context.isReadOnly()) {
      write(present);
    }
    onEach(present, this::openSubstore);
    return store(present);
  }

  private Roots openRoots(Manifest manifest) {
    Roots found = RootsOpening.open(context, manifest, !context.isReadOnly());
    roots = found;
    if (found.all().size() > 1) {
      found.look();
    }
    return found;
  }

  private void write(Manifest manifest) {
    Path path = path(context);
    try {
      DiskFiles.replace(context.disk(), path, manifest.encode());
    } catch (IOException e) {
      throw DiskFiles.failure("the manifest cannot be written", path, e);
    }
  }

  private static Path path(KvOpenContext context) {
    return context.directory().resolve(Topology.MANIFEST);
  }

  /**
   * Creates or opens what owns something, all of it even if one fails; throws the first failure.
   */
  private void onEach(Manifest manifest, Opening opening) {
    List<Integer> ids =
        manifest.entries().entrySet().stream()
            .filter(entry -> entry.getValue().owns())
            .map(Map.Entry::getKey)
            .toList();
    budget.expect(ids.size());
    List<Throwable> failures =
        Parallel.forEach(
            context.executor(),
            ids,
            id -> {
              try {
                stores.put(id, opening.open(id, directory(manifest, id)));
              } catch (KvException e) {
                e.locate("open", context.storeName() + "/" + Manifest.name(id));
                throw e;
              }
            });
    Parallel.throwFirst(failures);
  }

  /**
   * Reads the manifest.
   *
   * @throws CorruptionException if it is damaged or missing
   */
  static Manifest readManifest(KvOpenContext context) {
    Path path = path(context);
    try {
      byte[] bytes = DiskFiles.read(context.disk(), path, MAX_MANIFEST_BYTES);
      return Manifest.decode(bytes, path);
    } catch (NoSuchFileException e) {
      throw new CorruptionException(
          "the manifest of the ensemble is missing, which tells which substore owns which keys and"
              + " cannot be made anew; restore it from a copy",
          path,
          e);
    } catch (IOException e) {
      throw DiskFiles.failure("the manifest cannot be read", path, e);
    }
  }

  private KvStore openSubstore(int id, Path at) {
    try {
      return context.openInner(at, Manifest.name(id));
    } catch (StoreNotFoundException e) {
      throw new CorruptionException(
          "substore " + Manifest.name(id) + " is missing; restore it from a copy", at, e);
    }
  }

  private Roots openedRoots() {
    return Objects.requireNonNull(roots, "the roots come first");
  }

  private Path directory(Manifest manifest, int id) {
    return openedRoots().get(entry(manifest, id).root()).substore(id);
  }

  private KvStore store(Manifest manifest) {
    KvCapacity capacity = capacity();
    SortedMap<Integer, Substore> substores = new TreeMap<>();
    stores.forEach((id, store) -> substores.put(id, substore(manifest, capacity, id, store)));
    Topology topology =
        new Topology(
            context.disk(), path(context), manifest, substores, capacity, context.events());
    KeyHash hash = new KeyHash(manifest.seed());
    long nextEntry = new JournalRecovery(context, topology.table(), hash, null).run();
    EnsembleStore ensemble =
        new EnsembleStore(context, topology, openedRoots(), hash, nextEntry, budget);
    if (!context.isReadOnly()) {
      ensemble.startGrowth();
    }
    return ensemble;
  }

  private KvCapacity capacity() {
    return EnsembleOptions.capacity(
        context.innerBackend().capacity(),
        context.option(EnsembleOptions.MAX_KEYS),
        context.option(EnsembleOptions.MAX_BYTES));
  }

  /**
   * Bounds a substore from above: by what a clean close recorded, else by the last record and what
   * may have been put before the next one was due; and by what its engine knows.
   */
  private static Substore substore(Manifest manifest, KvCapacity capacity, int id, KvStore store) {
    KvStats stats = store.stats();
    Entry entry = entry(manifest, id);
    if (Substore.isExact(stats)) {
      return new Substore(
          id,
          entry.root(),
          store,
          SubstoreSize.exact(
              capacity,
              id,
              Substore.bound(stats, KvMetric.KEYS, Long.MAX_VALUE),
              Substore.bound(stats, KvMetric.LIVE_BYTES, Long.MAX_VALUE)));
    }
    SubstoreSize size = SubstoreSize.bounded(capacity, id, entry.keysBound(), entry.bytesBound());
    if (manifest.closed()) {
      size.recordNextPut(); // from then on they are not those of a clean close
    } else {
      size.addUnrecorded();
    }
    size.limitTo(
        Substore.bound(stats, KvMetric.KEYS, Long.MAX_VALUE),
        Substore.bound(stats, KvMetric.LIVE_BYTES, Long.MAX_VALUE));
    return new Substore(id, entry.root(), store, size);
  }

  private static Entry entry(Manifest manifest, int id) {
    Entry entry = manifest.entries().get(id);
    if (entry == null) {
      throw new IllegalStateException("substore " + Manifest.name(id) + " is not in the manifest");
    }
    return entry;
  }
}
