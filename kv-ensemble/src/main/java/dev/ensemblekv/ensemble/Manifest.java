// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.io.CheckedText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an ensemble is made of: its hash, its substores and how far each split has come. Immutable.
 *
 * <p>On disk it is a {@link CheckedText} of kind {@code ensemble}:
 *
 * <pre>{@code
 * hash = xxh3-64
 * seed = 0123456789abcdef
 * bases = 3
 * nextId = 5
 * closed = true                                       ; the bounds below are as at a clean close
 * substore.0000 = owner 0/1/0 keys 120 bytes 4711
 * substore.0001 = cleaning 1/1/0 keys 60 bytes 2400   ; still holds keys that another one owns
 * substore.0004 = copying 0/1/1 keys 0 bytes 0 root 1 ; the target of a split, owns nothing
 * root.1 = 0123456789abcdef0123456789abcdef /mnt/disk2/kv
 * }</pre>
 *
 * <p>The numbers of keys and bytes are upper bounds at the time of writing. Ids are never used
 * again. A substore without a root is in the directory of the ensemble. A root is told by its id;
 * the path is where it was last.
 *
 * @param seed of the hash
 * @param bases how many substores there were at first
 * @param nextId the id of the next substore
 * @param closed whether the bounds in the entries are those of a clean close
 * @param entries the substores by id
 * @param roots what is known of the roots, other than the directory of the ensemble, by number
 */
record Manifest(
    long seed,
    int bases,
    int nextId,
    boolean closed,
    SortedMap<Integer, Entry> entries,
    SortedMap<Integer, KnownRoot> roots) {
  static final String KIND = "ensemble";
  static final int VERSION = 1;

  private static final String SUBSTORE_PREFIX = "substore.";
  private static final String ROOT_PREFIX = "root.";
  private static final int NAME_DIGITS = 4;
  private static final int NOBODY = -1;

  /** How a substore stands to the keys in it. */
  enum Role {
    /** It owns its region and holds nothing else. */
    OWNER,
    /** It owns its region, and holds keys of the region that it lost by a split. */
    CLEANING,
    /**
     * It owns its region, and its files hold the region that it lost by a split without copying.
     */
    DIVIDED,
    /** It owns nothing yet: a split is copying to it. */
    COPYING
  }

  /**
   * One substore.
   *
   * @param role how it stands to the keys in it
   * @param region what it owns, or is to own
   * @param keysBound at most so many live keys
   * @param bytesBound at most so many bytes of live keys and values
   * @param root the number of the root that it is in
   */
  record Entry(Role role, Region region, long keysBound, long bytesBound, int root) {
    private static final int WORDS = 6;
    private static final int WORDS_WITH_ROOT = 8;

    /** Creates the entry of a substore of which nothing is known yet. */
    Entry(Role role, Region region, int root) {
      this(role, region, 0, 0, root);
    }

    boolean owns() {
      return role != Role.COPYING;
    }

    /** Tells whether keys of other substores are in it. */
    boolean holdsForeignKeys() {
      return role == Role.CLEANING || role == Role.DIVIDED;
    }

    Entry withBounds(SubstoreSize size) {
      return new Entry(role, region, size.keysBound(), size.bytesBound(), root);
    }

    /** Returns the same substore with another part to play. */
    Entry as(Role role, Region region) {
      return new Entry(role, region, root);
    }

    @Override
    public String toString() {
      return role.name().toLowerCase(Locale.ROOT)
          + " "
          + region
          + " keys "
          + keysBound
          + " bytes "
          + bytesBound
          + (root == Root.HOME ? "" : " root " + root);
    }

    static Entry parse(String text) {
      String[] words = text.split(" ", -1);
      if (words.length != WORDS && words.length != WORDS_WITH_ROOT) {
        throw new IllegalArgumentException("no substore: " + text);
      }
      return new Entry(
          Role.valueOf(words[0].toUpperCase(Locale.ROOT)),
          Region.parse(words[1]),
          Long.parseLong(words[3]),
          Long.parseLong(words[5]),
          words.length == WORDS ? Root.HOME : Integer.parseInt(words[7]));
    }
  }

  /**
   * A root as far as it is known.
   *
   * @param id by which it is told wherever it is
   * @param path where it was last
   */
  record KnownRoot(String id, String path) {
    @Override
    public String toString() {
      return id + " " + path;
    }

    static KnownRoot parse(String text) {
      String[] words = text.split(" ", 2);
      if (words.length != 2) {
        throw new IllegalArgumentException("no root: " + text);
      }
      return new KnownRoot(words[0], words[1]);
    }
  }

  Manifest {
    entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    roots = Collections.unmodifiableSortedMap(new TreeMap<>(roots));
  }

  /** Returns the manifest of a new ensemble. */
  static Manifest initial(long seed, int bases) {
    return initial(seed, Collections.nCopies(bases, Root.HOME), List.of());
  }

  /**
   * Returns the manifest of a new ensemble over several roots.
   *
   * @param places the number of the root of each substore
   */
  static Manifest initial(long seed, List<Integer> places, Collection<Root> roots) {
    SortedMap<Integer, Entry> entries = new TreeMap<>();
    for (int base = 0; base < places.size(); base++) {
      entries.put(base, new Entry(Role.OWNER, new Region(base, 0, 0), places.get(base)));
    }
    Manifest empty =
        new Manifest(seed, places.size(), places.size(), true, entries, new TreeMap<>());
    return empty.withRoots(roots);
  }

  /** Returns the same with one substore added or changed. */
  Manifest with(int id, Entry entry) {
    SortedMap<Integer, Entry> changed = new TreeMap<>(entries);
    changed.put(id, entry);
    return new Manifest(seed, bases, Math.max(nextId, id + 1), closed, changed, roots);
  }

  /** Returns the same without a substore. */
  Manifest without(int id) {
    SortedMap<Integer, Entry> changed = new TreeMap<>(entries);
    changed.remove(id);
    return new Manifest(seed, bases, nextId, closed, changed, roots);
  }

  /** Returns the same with the present bounds of the substores that are open. */
  Manifest withBounds(Map<Integer, Substore> substores) {
    SortedMap<Integer, Entry> changed = new TreeMap<>();
    entries.forEach(
        (id, entry) -> {
          Substore substore = substores.get(id);
          changed.put(id, substore == null ? entry : entry.withBounds(substore.size()));
        });
    return new Manifest(seed, bases, nextId, closed, changed, roots);
  }

  /** Returns the same with the mark of a clean close, or without. */
  Manifest withClosed(boolean closed) {
    return new Manifest(seed, bases, nextId, closed, entries, roots);
  }

  /** Returns the same with the roots that there are now. */
  Manifest withRoots(Collection<Root> present) {
    SortedMap<Integer, KnownRoot> changed = new TreeMap<>();
    for (Root root : present) {
      if (root.number() != Root.HOME) {
        changed.put(root.number(), new KnownRoot(root.id(), root.path().toString()));
      }
    }
    return new Manifest(seed, bases, nextId, closed, entries, changed);
  }

  /** Returns the number of the root of an id, if it is known. */
  OptionalInt rootNumber(String id) {
    return roots.entrySet().stream()
        .filter(root -> root.getValue().id().equals(id))
        .mapToInt(Map.Entry::getKey)
        .findFirst();
  }

  /** Returns the names of the substores in a root. */
  List<String> substoresIn(int root) {
    return entries.entrySet().stream()
        .filter(entry -> entry.getValue().root() == root)
        .map(entry -> name(entry.getKey()))
        .toList();
  }

  /** Returns the name of a substore and of its directory. */
  static String name(int id) {
    String digits = Integer.toString(id);
    return "0".repeat(Math.max(0, NAME_DIGITS - digits.length())) + digits;
  }

  byte[] encode() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("hash", KeyHash.NAME);
    fields.put("seed", HexFormat.of().toHexDigits(seed));
    fields.put("bases", Integer.toString(bases));
    fields.put("nextId", Integer.toString(nextId));
    fields.put("closed", Boolean.toString(closed));
    entries.forEach((id, entry) -> fields.put(SUBSTORE_PREFIX + name(id), entry.toString()));
    roots.forEach((number, root) -> fields.put(ROOT_PREFIX + number, root.toString()));
    return CheckedText.encode(KIND, VERSION, fields);
  }

  /**
   * Reads a manifest and checks that its substores own every key exactly once.
   *
   * @throws CorruptionException if it is damaged
   */
  static Manifest decode(byte[] bytes, Path path) {
    CheckedText text = CheckedText.decode(bytes, path, KIND, VERSION);
    SortedMap<Integer, Entry> entries = new TreeMap<>();
    SortedMap<Integer, KnownRoot> roots = new TreeMap<>();
    try {
      if (!text.get("hash").equals(KeyHash.NAME)) {
        throw new IllegalArgumentException("unknown hash " + text.get("hash"));
      }
      text.fields()
          .forEach(
              (name, value) -> {
                if (name.startsWith(SUBSTORE_PREFIX)) {
                  int id = Integer.parseInt(name.substring(SUBSTORE_PREFIX.length()));
                  entries.put(id, Entry.parse(value));
                } else if (name.startsWith(ROOT_PREFIX)) {
                  int number = Integer.parseInt(name.substring(ROOT_PREFIX.length()));
                  roots.put(number, KnownRoot.parse(value));
                }
              });
      Manifest manifest =
          new Manifest(
              HexFormat.fromHexDigitsToLong(text.get("seed")),
              text.getInt("bases"),
              text.getInt("nextId"),
              text.get("closed").equals("true"),
              entries,
              roots);
      manifest.checkInvariants();
      return manifest;
    } catch (IllegalArgumentException e) {
      throw new CorruptionException("the manifest is not valid: " + e.getMessage(), path, e);
    }
  }

  /**
   * Checks that the owned regions cover each base exactly once, that no id is beyond the next, and
   * that all roots are known.
   */
  void checkInvariants() {
    if (bases < 1 || bases > Region.MAX_BASES) {
      throw new IllegalArgumentException(bases + " bases");
    }
    int[] depths = new int[bases];
    entries.forEach(
        (id, entry) -> {
          Region region = entry.region();
          if (region.base() >= bases || id < 0 || id >= nextId) {
            throw new IllegalArgumentException("substore " + name(id) + " is out of range");
          }
          if (entry.root() != Root.HOME && !roots.containsKey(entry.root())) {
            throw new IllegalArgumentException(
                "substore " + name(id) + " is in root " + entry.root() + ", which is not known");
          }
          if (entry.owns()) {
            depths[region.base()] = Math.max(depths[region.base()], region.depth());
          }
        });
    int[][] owners = new int[bases][];
    Arrays.setAll(owners, base -> nobody(1 << depths[base]));
    entries.forEach(
        (id, entry) -> {
          if (entry.owns()) {
            own(owners[entry.region().base()], entry.region(), id);
          }
        });
    for (int base = 0; base < bases; base++) {
      if (Arrays.stream(owners[base]).anyMatch(owner -> owner == NOBODY)) {
        throw new IllegalArgumentException("the substores do not cover base " + base);
      }
    }
  }

  private static int[] nobody(int cells) {
    int[] owners = new int[cells];
    Arrays.fill(owners, NOBODY);
    return owners;
  }

  /** Enters a substore in the cells of its base, of which each stands for one deepest region. */
  private static void own(int[] owners, Region region, int id) {
    for (int cell = region.path(); cell < owners.length; cell += 1 << region.depth()) {
      if (owners[cell] != NOBODY) {
        throw new IllegalArgumentException(
            "substores " + name(owners[cell]) + " and " + name(id) + " own the same keys");
      }
      owners[cell] = id;
    }
  }
}
