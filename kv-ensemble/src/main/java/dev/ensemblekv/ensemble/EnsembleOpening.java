// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOption;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Creates an ensemble or opens one: reads the manifest, opens the substores that own something, and
 * leaves to the growth what a split that was cut short has left to do.
 */
final class EnsembleOpening {
  private static final int MAX_MANIFEST_BYTES = 256 << 20;

  private final KvOpenContext context;
  private final Path manifestPath;
  private final SortedMap<Integer, KvStore> stores =
      Collections.synchronizedSortedMap(new TreeMap<>());

  private EnsembleOpening(KvOpenContext context) {
    this.context = context;
    this.manifestPath = context.directory().resolve(Topology.MANIFEST);
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

  private void closeAll(Throwable error) {
    List<Throwable> failures =
        Parallel.forEach(context.executor(), List.copyOf(stores.values()), KvStore::close);
    failures.forEach(error::addSuppressed);
  }

  private KvStore create() {
    Manifest manifest =
        Manifest.initial(
            context.random().nextLong(),
            Math.toIntExact(context.option(EnsembleOptions.INITIAL_SUBSTORES)));
    onEach(manifest, id -> context.createInner(directory(id), Manifest.name(id)));
    try {
      DiskFiles.replace(context.disk(), manifestPath, manifest.encode());
    } catch (IOException e) {
      throw DiskFiles.failure("the manifest cannot be written", manifestPath, e);
    }
    return store(manifest);
  }

  private KvStore reopen() {
    Manifest manifest = readManifest();
    onEach(manifest, this::openSubstore);
    return store(manifest);
  }

  /**
   * Creates or opens what owns something, all of it even if one fails; throws the first failure.
   */
  private void onEach(Manifest manifest, IntFunction<KvStore> opening) {
    List<Integer> ids =
        manifest.entries().entrySet().stream()
            .filter(entry -> entry.getValue().owns())
            .map(Map.Entry::getKey)
            .toList();
    List<Throwable> failures =
        Parallel.forEach(
            context.executor(),
            ids,
            id -> {
              try {
                stores.put(id, opening.apply(id));
              } catch (KvException e) {
                e.locate("open", context.storeName() + "/" + Manifest.name(id));
                throw e;
              }
            });
    Parallel.throwFirst(failures);
  }

  private Manifest readManifest() {
    try {
      byte[] bytes = DiskFiles.read(context.disk(), manifestPath, MAX_MANIFEST_BYTES);
      return Manifest.decode(bytes, manifestPath);
    } catch (NoSuchFileException e) {
      throw new CorruptionException(
          "the manifest of the ensemble is missing; restore it from a copy", manifestPath, e);
    } catch (IOException e) {
      throw DiskFiles.failure("the manifest cannot be read", manifestPath, e);
    }
  }

  private KvStore openSubstore(int id) {
    Path at = directory(id);
    try {
      return context.openInner(at, Manifest.name(id));
    } catch (StoreNotFoundException e) {
      throw new CorruptionException(
          "substore " + Manifest.name(id) + " is missing; restore it from a copy", at, e);
    }
  }

  private Path directory(int id) {
    return EnsembleStore.directory(context, id);
  }

  private KvStore store(Manifest manifest) {
    KvCapacity capacity = capacity();
    SortedMap<Integer, Substore> substores = new TreeMap<>();
    stores.forEach((id, store) -> substores.put(id, substore(manifest, capacity, id, store)));
    Topology topology = new Topology(context.disk(), manifestPath, manifest, substores, capacity);
    EnsembleStore ensemble = new EnsembleStore(context, topology, manifest.seed());
    if (!context.isReadOnly()) {
      ensemble.startGrowth();
    }
    return ensemble;
  }

  private KvCapacity capacity() {
    KvCapacity suggested = context.innerBackend().capacity();
    return new KvCapacity(
        chosen(EnsembleOptions.MAX_KEYS, suggested.keys(), EnsembleOptions.LEAST_KEYS),
        chosen(EnsembleOptions.MAX_BYTES, suggested.bytes(), EnsembleOptions.LEAST_BYTES));
  }

  private long chosen(KvOption<Long> option, long suggested, long least) {
    long value = context.option(option);
    if (value != 0 && value < least) {
      throw new IllegalArgumentException(
          "option "
              + option.name()
              + " is "
              + value
              + "; it must be at least "
              + least
              + ", or 0 for what the backend suggests");
    }
    return value == 0 ? suggested : value;
  }

  /**
   * Bounds a substore from above: by what a clean close recorded, else by the last record and what
   * may have been put before the next one was due; and by what its engine knows.
   */
  private static Substore substore(Manifest manifest, KvCapacity capacity, int id, KvStore store) {
    KvStats stats = store.stats();
    if (Substore.isExact(stats)) {
      return new Substore(
          id,
          store,
          SubstoreSize.exact(
              capacity,
              id,
              Substore.bound(stats, KvMetric.KEYS, Long.MAX_VALUE),
              Substore.bound(stats, KvMetric.LIVE_BYTES, Long.MAX_VALUE)));
    }
    Entry entry = manifest.entries().get(id);
    if (entry == null) {
      throw new IllegalStateException("substore " + id + " is not in the manifest");
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
    return new Substore(id, store, size);
  }
}
