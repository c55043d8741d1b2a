// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The roots of an open ensemble, locked, and which of them a new substore goes to: the one that has
 * the most space left for each of its substores, the new one among them. So disks of any size fill
 * together, and one that is added takes its share. Thread-safe.
 */
final class Roots implements AutoCloseable {
  private final Disk disk;
  private final SortedMap<Integer, Root> roots;
  private final Set<Integer> chosen;
  private final List<DiskLock> locks;
  private final Map<Integer, Long> freeBytes = new ConcurrentHashMap<>();

  /**
   * Creates the roots.
   *
   * @param roots all of them by number, {@link Root#HOME} among them
   * @param chosen the numbers of those that new substores may go to
   * @param locks what is to be released in the end
   */
  Roots(Disk disk, SortedMap<Integer, Root> roots, Set<Integer> chosen, List<DiskLock> locks) {
    this.disk = disk;
    this.roots = Collections.unmodifiableSortedMap(new TreeMap<>(roots));
    this.chosen = Set.copyOf(chosen);
    this.locks = List.copyOf(locks);
  }

  /** Returns all roots, by ascending number. */
  Collection<Root> all() {
    return roots.values();
  }

  Root get(int number) {
    Root root = roots.get(number);
    if (root == null) {
      throw new IllegalStateException("there is no root " + number);
    }
    return root;
  }

  /** Returns the bytes that may still be written in a root, as they were when last looked at. */
  OptionalLong freeBytes(Root root) {
    Long bytes = freeBytes.get(root.number());
    return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes);
  }

  /** Returns the bytes that the files of some substores take, by the path of their root. */
  Map<Path, Long> diskBytes(RoutingTable table) {
    Map<Path, Long> bytes = new LinkedHashMap<>();
    all().forEach(root -> bytes.put(root.path(), 0L));
    for (RoutingTable.Slot slot : table.slots()) {
      Substore substore = slot.substore();
      substore
          .stats()
          .metric(KvMetric.DISK_BYTES)
          .ifPresent(taken -> bytes.merge(get(substore.root()).path(), taken.asLong(), Long::sum));
    }
    return bytes;
  }

  /** Looks at the space of all roots. */
  void look() {
    for (Root root : all()) {
      try {
        freeBytes.put(root.number(), disk.usableBytes(root.path()));
      } catch (IOException e) {
        throw DiskFiles.failure("the free space of " + root + " cannot be told", root.path(), e);
      }
    }
  }

  /**
   * Chooses the root of a new substore by the space there is now.
   *
   * @param bytes how much it will have to take soon
   * @param substores the number of the root of each present substore
   * @throws SplitFailedException if no root has the space
   */
  Root place(long bytes, Collection<Integer> substores) {
    look();
    return choose(bytes, substores);
  }

  /** Chooses the number of a root for each of some substores that come together, all empty. */
  List<Integer> placeAll(int count) {
    look();
    List<Integer> placed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      placed.add(choose(0, placed).number());
    }
    return placed;
  }

  private Root choose(long bytes, Collection<Integer> substores) {
    Root best = null;
    double most = -1;
    for (Root root : all()) {
      long free = freeBytes.getOrDefault(root.number(), 0L);
      double share = (double) free / (1 + Collections.frequency(substores, root.number()));
      if (chosen.contains(root.number()) && free >= bytes && share > most) {
        best = root;
        most = share;
      }
    }
    if (best == null) {
      throw new SplitFailedException(
          "no disk has room for a new substore, which needs about "
              + bytes
              + " bytes: "
              + all().stream().map(this::describe).collect(Collectors.joining(", ")),
          null);
    }
    return best;
  }

  private String describe(Root root) {
    String left = freeBytes.getOrDefault(root.number(), 0L) + " bytes left";
    return root + " has " + left + (chosen.contains(root.number()) ? "" : ", and is not chosen");
  }

  /** Releases the locks. */
  @Override
  public void close() {
    List<Throwable> failures = new ArrayList<>();
    for (DiskLock lock : locks) {
      try {
        lock.close();
      } catch (IOException e) {
        Root home = get(Root.HOME);
        failures.add(DiskFiles.failure("the lock of a root is not released", home.path(), e));
      }
    }
    Parallel.throwFirst(failures);
  }
}
