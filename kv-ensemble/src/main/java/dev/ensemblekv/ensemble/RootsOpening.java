// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.ForeignDirectoryException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreLockedException;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.ensemble.Manifest.KnownRoot;
import dev.ensemblekv.ensemble.Root.Identity;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the roots of an ensemble, wherever they are mounted now, and makes new ones of empty
 * directories.
 *
 * <p>They are looked for where the option says, and where they were last. Only when all that the
 * manifest knows of are there is anything changed: an empty directory may be one where a disk is
 * not mounted. A new root is marked before the manifest names it, and gets its first substore
 * after. So a directory that is marked as ours, but is unknown to the manifest, is a left-over
 * without data.
 */
final class RootsOpening {
  private static final int ID_BYTES = 16;

  private final KvOpenContext context;
  private final Disk disk;
  private final Manifest manifest;
  private final Set<Path> listed;
  private final Map<Path, Optional<Identity>> identities = new LinkedHashMap<>();
  private final SortedMap<Integer, Root> roots = new TreeMap<>();
  private final Set<Integer> chosen = new TreeSet<>(Set.of(Root.HOME));
  private final List<DiskLock> locks = new ArrayList<>();

  private RootsOpening(KvOpenContext context, Manifest manifest) {
    this.context = context;
    this.disk = context.disk();
    this.manifest = manifest;
    this.listed = EnsembleOptions.roots(context);
    roots.put(Root.HOME, new Root(Root.HOME, "", context.directory()));
  }

  /**
   * Finds and creates the roots.
   *
   * @param manifest what is known; the one of a new ensemble knows none
   * @param creating whether new ones are created
   */
  static Roots open(KvOpenContext context, Manifest manifest, boolean creating) {
    RootsOpening opening = new RootsOpening(context, manifest);
    try {
      opening.identify();
      opening.find();
      opening.checkNoneMissing();
      opening.lockAll();
      if (creating) {
        opening.create();
      }
      return new Roots(opening.disk, opening.roots, opening.chosen, opening.locks);
    } catch (IOException e) {
      KvException failure = DiskFiles.failure("the roots cannot be opened", context.directory(), e);
      opening.releaseAfter(failure);
      throw failure;
    } catch (RuntimeException | Error e) {
      opening.releaseAfter(e);
      throw e;
    }
  }

  /**
   * Returns the work of deleting all roots but the directory of the ensemble.
   *
   * @param begun whether a missing one is gone already
   */
  static Runnable destroying(KvOpenContext context, Manifest manifest, boolean begun) {
    RootsOpening opening = new RootsOpening(context, manifest);
    try {
      opening.identify();
      if (!begun) {
        opening.find();
        opening.checkNoneMissing();
      }
    } catch (IOException e) {
      throw DiskFiles.failure("the roots cannot be found", context.directory(), e);
    }
    return opening::destroy;
  }

  private void releaseAfter(Throwable error) {
    locks.forEach(lock -> DiskFiles.closeAfter(error, lock));
  }

  private void releaseAll() throws IOException {
    for (DiskLock lock : locks) {
      lock.close();
    }
    locks.clear();
  }

  private void identify() throws IOException {
    Set<Path> candidates = new LinkedHashSet<>(listed);
    manifest.roots().values().forEach(known -> candidates.add(lastPath(known)));
    for (Path path : candidates) {
      identities.put(path, Root.identify(disk, path));
    }
  }

  private Path lastPath(KnownRoot known) {
    return context.directory().resolve(known.path());
  }

  /** Finds what the manifest knows of, and refuses what cannot be a root of this ensemble. */
  private void find() throws IOException {
    for (Map.Entry<Path, Optional<Identity>> entry : identities.entrySet()) {
      Path path = entry.getKey();
      Identity identity = entry.getValue().orElse(null);
      if (identity != null && isOurs(identity)) {
        OptionalInt number = manifest.rootNumber(identity.root());
        if (number.isPresent()) {
          found(new Root(number.getAsInt(), identity.root(), path));
        }
      } else if (listed.contains(path)) {
        checkBecomesRoot(path, identity);
      }
    }
  }

  private boolean isOurs(Identity identity) {
    return identity.store().equals(context.storeId());
  }

  private void found(Root root) throws IOException {
    Root other = roots.putIfAbsent(root.number(), root);
    if (other != null && !disk.realPath(other.path()).equals(disk.realPath(root.path()))) {
      throw new StoreMismatchException(
          root + " is in " + other.path() + " as well; take the copy away", root.path(), null);
    }
    if (listed.contains(root.path())) {
      chosen.add(root.number());
    }
  }

  private void checkBecomesRoot(Path path, @Nullable Identity identity) throws IOException {
    if (identity != null) {
      throw new StoreMismatchException(
          "this is a root of another ensemble ("
              + identity.store()
              + "); mount the right disk, or take it out of ensemble.roots",
          path,
          null);
    }
    List<String> foreign = Root.foreignNames(disk, path);
    if (!foreign.isEmpty()) {
      throw new ForeignDirectoryException(
          "the directory holds files but no root of ours ("
              + foreign.get(0)
              + "); name an empty directory or a new one in ensemble.roots",
          path,
          null);
    }
  }

  /** One that holds nothing and is not listed any more may be missing. */
  private void checkNoneMissing() {
    manifest
        .roots()
        .forEach(
            (number, known) -> {
              List<String> substores = manifest.substoresIn(number);
              boolean needed = !substores.isEmpty() || listed.contains(lastPath(known));
              if (needed && !roots.containsKey(number)) {
                throw missing(number, known, substores);
              }
            });
  }

  private KvException missing(int number, KnownRoot known, List<String> substores) {
    Optional<Identity> there = identities.getOrDefault(lastPath(known), Optional.empty());
    return new StoreMismatchException(
        "root "
            + number
            + " is missing, and with it "
            + (substores.isEmpty() ? "no substore" : "substores " + String.join(", ", substores))
            + "; it was last here, where there is now "
            + there.map(other -> "a root of the ensemble " + other.store()).orElse("no root")
            + ": mount its disk, or name the directory where it is now in ensemble.roots",
        lastPath(known),
        null);
  }

  private void lockAll() throws IOException {
    for (Root root : roots.values()) {
      if (root.number() != Root.HOME) {
        lock(root.path());
      }
    }
  }

  /** Keeps out a copy of the ensemble's directory, which would find the same roots. */
  private void lock(Path path) throws IOException {
    try {
      locks.add(
          disk.tryLock(path.resolve(Root.LOCK))
              .orElseThrow(
                  () ->
                      new StoreLockedException(
                          "this root is in use by another copy of the store; close that first",
                          path,
                          null)));
    } catch (AccessDeniedException | ReadOnlyFileSystemException e) {
      if (!context.isReadOnly()) {
        throw e; // else nobody can write there, so nobody need be kept out
      }
    }
  }

  private void create() throws IOException {
    Set<Path> taken = roots.values().stream().map(Root::path).collect(Collectors.toSet());
    int next = manifest.roots().isEmpty() ? Root.HOME + 1 : manifest.roots().lastKey() + 1;
    for (Path path : listed) {
      if (!taken.contains(path)) {
        create(new Root(next++, newId(), path));
      }
    }
  }

  private void create(Root root) throws IOException {
    DiskFiles.createDirectories(disk, root.path());
    lock(root.path());
    if (context.isNew()) {
      Root.clear(disk, root.path()); // of a creation that was cut short
    }
    root.mark(disk, context.storeId());
    roots.put(root.number(), root);
    chosen.add(root.number());
  }

  private String newId() {
    byte[] bytes = new byte[ID_BYTES];
    context.random().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private void destroy() {
    for (Map.Entry<Path, Optional<Identity>> entry : identities.entrySet()) {
      if (entry.getValue().filter(this::isOurs).isPresent()) {
        destroy(entry.getKey());
      }
    }
  }

  private void destroy(Path path) {
    try {
      lock(path);
      Root.delete(disk, path);
      releaseAll();
    } catch (IOException e) {
      KvException failure = DiskFiles.failure("the root cannot be deleted", path, e);
      releaseAfter(failure);
      throw failure;
    }
  }
}
