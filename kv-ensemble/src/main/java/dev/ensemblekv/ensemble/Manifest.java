// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.io.CheckedText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an ensemble is made of: its hash, its substores and how far each split has come. Immutable.
 *
 * <p>On disk it is a {@link CheckedText} of kind {@code ensemble}:
 *
 * <pre>{@code
 * hash = xxh3-128
 * seed = 0123456789abcdef
 * bases = 3
 * nextId = 5
 * closed = true                                       ; the bounds below are as at a clean close
 * substore.0000 = owner 0/1/0 keys 120 bytes 4711
 * substore.0001 = cleaning 1/1/0 keys 60 bytes 2400   ; still holds keys that another one owns
 * substore.0004 = copying 0/1/1 keys 0 bytes 0        ; the target of a split, owns nothing
 * }</pre>
 *
 * <p>The numbers of keys and bytes are upper bounds at the time of writing. Ids are never used
 * again.
 *
 * @param seed of the hash
 * @param bases how many substores there were at first
 * @param nextId the id of the next substore
 * @param closed whether the bounds in the entries are those of a clean close
 * @param entries the substores by id
 */
record Manifest(
    long seed, int bases, int nextId, boolean closed, SortedMap<Integer, Entry> entries) {
  static final String KIND = "ensemble";
  static final int VERSION = 1;

  private static final String SUBSTORE_PREFIX = "substore.";
  private static final int NAME_DIGITS = 4;
  private static final int NOBODY = -1;

  /** How a substore stands to the keys in it. */
  enum Role {
    /** It owns its region and holds nothing else. */
    OWNER,
    /** It owns its region, and holds keys of the region that it lost by a split. */
    CLEANING,
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
   */
  record Entry(Role role, Region region, long keysBound, long bytesBound) {

    boolean owns() {
      return role != Role.COPYING;
    }

    Entry withBounds(SubstoreSize size) {
      return new Entry(role, region, size.keysBound(), size.bytesBound());
    }

    @Override
    public String toString() {
      return role.name().toLowerCase(Locale.ROOT)
          + " "
          + region
          + " keys "
          + keysBound
          + " bytes "
          + bytesBound;
    }

    static Entry parse(String text) {
      String[] words = text.split(" ", -1);
      if (words.length != 6) {
        throw new IllegalArgumentException("no substore: " + text);
      }
      return new Entry(
          Role.valueOf(words[0].toUpperCase(Locale.ROOT)),
          Region.parse(words[1]),
          Long.parseLong(words[3]),
          Long.parseLong(words[5]));
    }
  }

  Manifest {
    entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
  }

  /** Returns the manifest of a new ensemble. */
  static Manifest initial(long seed, int bases) {
    SortedMap<Integer, Entry> entries = new TreeMap<>();
    for (int base = 0; base < bases; base++) {
      entries.put(base, new Entry(Role.OWNER, new Region(base, 0, 0), 0, 0));
    }
    return new Manifest(seed, bases, bases, true, entries);
  }

  /** Returns the same with one substore added or changed. */
  Manifest with(int id, Entry entry) {
    SortedMap<Integer, Entry> changed = new TreeMap<>(entries);
    changed.put(id, entry);
    return new Manifest(seed, bases, Math.max(nextId, id + 1), closed, changed);
  }

  /** Returns the same without a substore. */
  Manifest without(int id) {
    SortedMap<Integer, Entry> changed = new TreeMap<>(entries);
    changed.remove(id);
    return new Manifest(seed, bases, nextId, closed, changed);
  }

  /** Returns the same with the present bounds of the substores that are open. */
  Manifest withBounds(Map<Integer, Substore> substores) {
    SortedMap<Integer, Entry> changed = new TreeMap<>();
    entries.forEach(
        (id, entry) -> {
          Substore substore = substores.get(id);
          changed.put(id, substore == null ? entry : entry.withBounds(substore.size()));
        });
    return new Manifest(seed, bases, nextId, closed, changed);
  }

  /** Returns the same with the mark of a clean close, or without. */
  Manifest withClosed(boolean closed) {
    return new Manifest(seed, bases, nextId, closed, entries);
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
                }
              });
      Manifest manifest =
          new Manifest(
              HexFormat.fromHexDigitsToLong(text.get("seed")),
              text.getInt("bases"),
              text.getInt("nextId"),
              text.get("closed").equals("true"),
              entries);
      manifest.checkInvariants();
      return manifest;
    } catch (IllegalArgumentException e) {
      throw new CorruptionException("the manifest is not valid: " + e.getMessage(), path, e);
    }
  }

  /**
   * Checks that the owned regions cover each base exactly once, and that no id is beyond the next.
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
