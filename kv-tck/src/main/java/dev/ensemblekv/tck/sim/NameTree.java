// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All names of a simulated disk, and the changes of names that are not durable yet, in their order.
 * Guarded by the disk.
 */
final class NameTree {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final DirectoryContent root;
  private final List<Change> pending = new ArrayList<>();

  /**
   * A node got a name, lost one, or both at once, which is a rename.
   *
   * @param from the directory of the name it lost
   * @param oldName that name
   * @param to the directory of the name it got
   * @param newName that name
   */
  private record Change(
      SimulatedNode node,
      @Nullable DirectoryContent from,
      String oldName,
      @Nullable DirectoryContent to,
      String newName) {

    void apply(Function<DirectoryContent, Map<String, SimulatedNode>> names) {
      if (from != null) {
        names.apply(from).remove(oldName, node);
      }
      if (to != null) {
        names.apply(to).put(newName, node);
      }
    }

    boolean concerns(DirectoryContent directory) {
      return from == directory || to == directory;
    }

    /** Tells whether both are about one name. */
    boolean meets(Change other) {
      return isAbout(other.from, other.oldName) || isAbout(other.to, other.newName);
    }

    private boolean isAbout(@Nullable DirectoryContent directory, String name) {
      return directory != null
          && ((directory == from && name.equals(oldName))
              || (directory == to && name.equals(newName)));
    }
  }

  NameTree() {
    this(new DirectoryContent());
  }

  private NameTree(DirectoryContent root) {
    this.root = root;
  }

  @Nullable SimulatedNode find(Path path) {
    SimulatedNode node = root;
    for (Path name : path) {
      if (!(node instanceof DirectoryContent directory)) {
        return null;
      }
      node = directory.live.get(name.toString());
    }
    return node;
  }

  void add(DirectoryContent directory, String name, SimulatedNode node) {
    change(new Change(node, null, "", directory, name));
  }

  void remove(DirectoryContent directory, String name, SimulatedNode node) {
    change(new Change(node, directory, name, null, ""));
  }

  void rename(
      DirectoryContent from,
      String oldName,
      DirectoryContent to,
      String newName,
      SimulatedNode node,
      boolean atomic) {
    if (atomic) {
      change(new Change(node, from, oldName, to, newName));
      return;
    }
    SimulatedNode replaced = to.live.get(newName);
    if (replaced != null) {
      remove(to, newName, replaced);
    }
    change(new Change(node, from, oldName, to, newName));
  }

  private void change(Change change) {
    change.apply(directory -> directory.live);
    pending.add(change);
  }

  /**
   * Makes the names in a directory durable, and of names elsewhere what these rest on: those from
   * which files were renamed into it, or to which out of it.
   */
  void sync(DirectoryContent directory) {
    Deque<Change> synced = new ArrayDeque<>();
    Deque<Change> left = new ArrayDeque<>();
    for (int i = pending.size() - 1; i >= 0; i--) {
      Change change = pending.get(i);
      boolean due = change.concerns(directory) || synced.stream().anyMatch(change::meets);
      (due ? synced : left).addFirst(change);
    }
    synced.forEach(change -> change.apply(concerned -> concerned.durable));
    pending.clear();
    pending.addAll(left);
  }

  /** Returns the tree as it is found after a loss of power. */
  NameTree afterCrash(Fate fate) {
    IdentityHashMap<DirectoryContent, Map<String, SimulatedNode>> changed = new IdentityHashMap<>();
    for (Change change : pending) {
      if (fate.keepsName()) {
        change.apply(
            directory -> changed.computeIfAbsent(directory, at -> new TreeMap<>(at.durable)));
      }
    }
    return new NameTree(afterCrash(root, fate, changed, new IdentityHashMap<>()));
  }

  private static DirectoryContent afterCrash(
      DirectoryContent directory,
      Fate fate,
      IdentityHashMap<DirectoryContent, Map<String, SimulatedNode>> changed,
      IdentityHashMap<FileContent, FileContent> files) {
    DirectoryContent found = new DirectoryContent();
    Map<String, SimulatedNode> names = changed.getOrDefault(directory, directory.durable);
    names.forEach(
        (name, node) ->
            found.live.put(
                name,
                node instanceof FileContent file
                    ? files.computeIfAbsent(file, content -> content.afterCrash(fate))
                    : afterCrash((DirectoryContent) node, fate, changed, files)));
    found.durable.putAll(found.live);
    return found;
  }

  /** Returns the same tree with the same changes pending. */
  NameTree copy() {
    IdentityHashMap<SimulatedNode, SimulatedNode> copies = new IdentityHashMap<>();
    NameTree copy = new NameTree((DirectoryContent) copy(root, copies));
    for (Change change : pending) {
      copy.pending.add(
          new Change(
              copy(change.node, copies),
              change.from == null ? null : (DirectoryContent) copy(change.from, copies),
              change.oldName,
              change.to == null ? null : (DirectoryContent) copy(change.to, copies),
              change.newName));
    }
    return copy;
  }

  private static SimulatedNode copy(
      SimulatedNode node, IdentityHashMap<SimulatedNode, SimulatedNode> copies) {
    SimulatedNode known = copies.get(node);
    if (known != null) {
      return known;
    }
    if (node instanceof FileContent file) {
      FileContent copy = file.copy();
      copies.put(node, copy);
      return copy;
    }
    DirectoryContent directory = (DirectoryContent) node;
    DirectoryContent copy = new DirectoryContent();
    copies.put(node, copy);
    directory.live.forEach((name, child) -> copy.live.put(name, copy(child, copies)));
    directory.durable.forEach((name, child) -> copy.durable.put(name, copy(child, copies)));
    return copy;
  }

  /** Returns 64 bits that tell apart what a crash would leave if nothing were pending. */
  long durableHash() {
    return durableHash(root);
  }

  private static long durableHash(DirectoryContent directory) {
    long hash = directory.durable.size();
    for (Map.Entry<String, SimulatedNode> name : directory.durable.entrySet()) {
      long node =
          name.getValue() instanceof FileContent file
              ? file.durableHash()
              : durableHash((DirectoryContent) name.getValue());
      hash = (hash ^ name.getKey().hashCode()) * GOLDEN;
      hash = ((hash ^ (hash >>> 29)) + node) * GOLDEN;
    }
    return hash ^ (hash >>> 32);
  }

  /** Returns the bytes of all files that have a name, each once. */
  long usedBytes() {
    Set<FileContent> files = Collections.newSetFromMap(new IdentityHashMap<>());
    addFiles(root, files);
    return files.stream().mapToLong(FileContent::size).sum();
  }

  private static void addFiles(DirectoryContent directory, Set<FileContent> files) {
    for (SimulatedNode node : directory.live.values()) {
      if (node instanceof FileContent file) {
        files.add(file);
      } else {
        addFiles((DirectoryContent) node, files);
      }
    }
  }

  /** Tells whether a crash could not change anything. */
  boolean isDurable() {
    return pending.isEmpty() && isDurable(root);
  }

  private static boolean isDurable(DirectoryContent directory) {
    for (SimulatedNode node : directory.live.values()) {
      boolean durable =
          node instanceof FileContent file ? file.isDurable() : isDurable((DirectoryContent) node);
      if (!durable) {
        return false;
      }
    }
    return true;
  }
}
