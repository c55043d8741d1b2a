// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.ensemble.Manifest.Entry;
import dev.ensemblekv.ensemble.Manifest.Role;
import dev.ensemblekv.spi.KvCapacity;
import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.KvEvents;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an ensemble is made of at present: the manifest, the open substores, and the routing table
 * made of both. Every change is published on disk before it is seen in memory.
 *
 * <p>If publishing fails after the new manifest may have come into place, nobody knows which of the
 * two a crash would leave: the ensemble has failed, and deletes nothing any more. Thread-safe;
 * where a writer's stripes are held too, they are taken first.
 */
final class Topology {
  static final String MANIFEST = "MANIFEST";

  private final Disk disk;
  private final Path manifestPath;
  private final KvEvents events;
  private volatile RoutingTable table;
  private volatile @Nullable KvException failure;

  // Guarded by this.
  private final SortedMap<Integer, Substore> substores;
  private final List<RoutingTable> retired = new ArrayList<>();
  private Manifest manifest;
  private KvCapacity capacity;
  private boolean closed;

  Topology(
      Disk disk,
      Path manifestPath,
      Manifest manifest,
      SortedMap<Integer, Substore> substores,
      KvCapacity capacity,
      KvEvents events) {
    this.disk = disk;
    this.events = events;
    this.manifestPath = manifestPath;
    this.manifest = manifest;
    this.substores = new TreeMap<>(substores);
    this.capacity = capacity;
    this.table = RoutingTable.of(manifest, substores);
  }

  RoutingTable table() {
    return table;
  }

  /** Returns the tables that iterations still use, other than the present one. */
  synchronized List<RoutingTable> pinnedOldTables() {
    retired.removeIf(old -> !old.isPinned());
    return List.copyOf(retired);
  }

  synchronized Manifest manifest() {
    return manifest;
  }

  /** Returns why the ensemble has failed, if it has. */
  @Nullable KvException failure() {
    return failure;
  }

  /** Makes the ensemble fail; returns the cause, which is that of the first time. */
  synchronized KvException fail(KvException cause) {
    KvException first = failure;
    if (first == null) {
      failure = cause;
    }
    return first == null ? cause : first;
  }

  /**
   * Throws if the ensemble has failed.
   *
   * @throws StoreFailedException if so
   */
  void checkNotFailed() {
    KvException cause = failure;
    if (cause != null) {
      throw new StoreFailedException(
          "the ensemble has failed: " + cause.getMessage() + "; reopen it", manifestPath, cause);
    }
  }

  /**
   * Sets how much a substore carries, and records the bounds by which those of a crash are guessed.
   */
  synchronized void capacity(KvCapacity changed) {
    capacity = changed;
    substores.values().forEach(substore -> substore.size().limit(changed, substore.id()));
    recordBounds();
  }

  /** Makes a substore of an empty store. */
  synchronized Substore emptySubstore(int id, Root root, KvStore store) {
    boolean exact = Substore.isExact(store.stats());
    return new Substore(
        id,
        root.number(),
        store,
        exact ? SubstoreSize.exact(capacity, id, 0, 0) : SubstoreSize.bounded(capacity, id, 0, 0));
  }

  /** Gives out the id of a new target in a root and publishes that it may exist. */
  synchronized int beginSplit(Substore donor, Root root) {
    int id = manifest.nextId();
    Region upper = entry(donor).region().upper();
    publish(manifest.with(id, new Entry(Role.COPYING, upper, root.number())));
    return id;
  }

  /**
   * Hands the upper half of a donor over to a target that holds all of it, durably. The caller
   * holds all stripes of the donor.
   *
   * @param role of the donor, which holds it too until {@link #endCleaning}
   */
  synchronized void cutOver(Substore donor, Substore target, Role role) {
    Entry whole = entry(donor);
    Entry copy = entry(target);
    substores.put(target.id(), target);
    try {
      change(
          manifest
              .with(donor.id(), whole.as(role, whole.region().lower()))
              .with(target.id(), copy.as(Role.OWNER, whole.region().upper())));
    } catch (RuntimeException | Error e) {
      substores.remove(target.id());
      throw e;
    }
  }

  /** Publishes that a donor holds nothing any more of what it handed over. */
  synchronized void endCleaning(Substore donor) {
    Entry whole = entry(donor);
    change(manifest.with(donor.id(), whole.as(Role.OWNER, whole.region())));
  }

  /** Publishes that what was left of a target is gone. */
  synchronized void endDiscarding(int id) {
    publish(manifest.without(id));
  }

  /** Publishes the present bounds of all substores, where engines do not know them anyway. */
  synchronized void recordBounds() {
    if (!closed && !isExact()) {
      publish(manifest);
    }
  }

  /**
   * Publishes nothing any more, as the directory may soon be someone else's; before that the bounds
   * for the last time.
   *
   * @param clean whether they are to be trusted: all puts are counted, all substores are closed
   */
  synchronized void close(boolean clean) {
    try {
      if (!closed && clean && !isExact()) {
        publish(manifest.withClosed(true), true);
      }
    } finally {
      closed = true;
    }
  }

  private boolean isExact() {
    return substores.values().stream().allMatch(substore -> substore.size().isExact());
  }

  /** Returns the number of the root that a substore is in. */
  synchronized int root(int id) {
    return entry(id).root();
  }

  /** Returns the number of the root of each substore. */
  synchronized List<Integer> roots() {
    return manifest.entries().values().stream().map(Entry::root).toList();
  }

  /** Returns the region of a substore that owns one. */
  synchronized Region region(Substore substore) {
    return entry(substore).region();
  }

  /** Tells whether a substore still holds keys that it handed over. */
  synchronized boolean isCleaning(Substore substore) {
    return entry(substore).holdsForeignKeys();
  }

  /** Tells whether it handed them over without copying. */
  synchronized boolean isDivided(Substore substore) {
    return entry(substore).role() == Role.DIVIDED;
  }

  /** Tells whether a substore is the target of a split that has not come to its cutover. */
  synchronized boolean isCopying(int id) {
    Entry entry = manifest.entries().get(id);
    return entry != null && entry.role() == Role.COPYING;
  }

  private Entry entry(Substore substore) {
    return entry(substore.id());
  }

  private Entry entry(int id) {
    Entry entry = manifest.entries().get(id);
    if (entry == null) {
      throw new IllegalStateException("substore " + Manifest.name(id) + " is not in the manifest");
    }
    return entry;
  }

  /** Publishes a manifest, and then the table made of it, which is ready before. */
  private void change(Manifest changed) {
    RoutingTable next = RoutingTable.of(changed, Collections.unmodifiableMap(substores));
    publish(changed);
    retired.add(table);
    table = next;
  }

  private void publish(Manifest changed) {
    publish(changed, false);
  }

  private void publish(Manifest changed, boolean clean) {
    checkNotFailed();
    Manifest next = changed.withBounds(substores).withClosed(clean);
    next.checkInvariants();
    try {
      DiskFiles.replace(disk, manifestPath, next.encode());
    } catch (DiskFiles.PublishException e) {
      KvException cause =
          DiskFiles.failure("the manifest may or may not be in place", manifestPath, e);
      failed(cause);
      throw cause;
    } catch (IOException e) {
      throw DiskFiles.failure("the manifest cannot be written", manifestPath, e);
    } catch (RuntimeException | Error e) {
      failed(new KvException("the manifest may or may not be in place", manifestPath, e));
      throw e;
    }
    manifest = next;
    substores.values().forEach(substore -> recorded(substore, entry(substore)));
  }

  private void failed(KvException cause) {
    failure = cause;
    events.emit(
        KvEvent.of(KvEvent.Kind.STORE_FAILED, "the ensemble failed: " + cause.getMessage()));
  }

  private static void recorded(Substore substore, Entry entry) {
    substore.size().recorded(entry.keysBound(), entry.bytesBound());
  }

  /** Returns the open substores that own something. */
  synchronized List<Substore> substores() {
    return List.copyOf(substores.values());
  }
}
