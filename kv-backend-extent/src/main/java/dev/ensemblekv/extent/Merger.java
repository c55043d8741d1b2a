// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.HashSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Merges runs, so that a look-up has few to go through, and finds out on the way what is
 * superseded.
 *
 * <p>There is one great run at the bottom and small ones above it, which are merged with each other
 * such that each is greater than all newer ones together. They go into the bottom when they have a
 * quarter of its entries, or before, if that is cheap by what it should find superseded: until then
 * it is not known to be dead.
 */
final class Merger {
  private static final int FEW = 4;
  private static final int BOTTOM_SHARE = 4;

  /** A byte of the index is written for so many bytes of records that may prove to be dead. */
  private static final int WORTH = 4;

  /** So many entries of a run tell how many of all supersede something. */
  private static final int SAMPLE_ENTRIES = 256;

  private final StoreFiles files;
  private final Catalog catalog;
  private final Index index;
  private final Log log;
  private final Publisher publisher;
  private final Pins pins;
  private final Reserve reserve;
  private boolean lacksRoom;

  Merger(
      StoreFiles files,
      Catalog catalog,
      Index index,
      Log log,
      Publisher publisher,
      Pins pins,
      Reserve reserve) {
    this.files = files;
    this.catalog = catalog;
    this.index = index;
    this.log = log;
    this.publisher = publisher;
    this.pins = pins;
    this.reserve = reserve;
  }

  /** Tells whether the last merge was not done because the disk has no room for it. */
  boolean lacksRoom() {
    return lacksRoom;
  }

  /**
   * Returns the runs to merge next, which are neighbours; empty: all is well.
   *
   * @param runs the newest first
   * @param deadBytes so many bytes each entry above the bottom should prove to be dead
   */
  static List<Run> choose(List<Run> runs, double deadBytes) {
    int upper = runs.size() - 1;
    if (upper < 1) {
      return List.of();
    }
    long bottom = runs.get(upper).entries();
    long above = 0;
    int chosen = 0;
    for (int i = 0; i < upper; i++) {
      long entries = runs.get(i).entries();
      chosen = i > 0 && entries <= above ? i + 1 : chosen;
      above += entries;
    }
    boolean isCheap = above * deadBytes >= (above + bottom) * Run.BYTES_PER_ENTRY * WORTH;
    if (above * BOTTOM_SHARE >= bottom || isCheap) {
      return runs;
    }
    return upper >= FEW ? runs.subList(0, chosen) : List.of();
  }

  /**
   * Does one merge, if there is one to do.
   *
   * @param all whether to merge all runs into one
   * @param cancelled asked now and then; what is under way is given up
   * @return whether there was one, and the disk has room for what it writes
   */
  boolean mergeOnce(boolean all, BooleanSupplier cancelled) throws IOException {
    List<Run> runs = index.current().runs();
    boolean others = mayHoldOthers();
    List<Run> chosen = others || (all && runs.size() > 1) ? runs : choose(runs, deadBytes(runs));
    lacksRoom = false;
    if (chosen.isEmpty()) {
      return false;
    }
    boolean bottom = chosen.get(chosen.size() - 1) == runs.get(runs.size() - 1);
    long most = chosen.stream().mapToLong(this::ownEntries).sum();
    lacksRoom = !reserve.hasRoomForRun(most);
    if (lacksRoom) {
      return false;
    }
    int id = catalog.reserveRun();
    long epoch = catalog.current().epoch();
    Deltas deltas = new Deltas();
    Run merged;
    try (RunWriter writer =
        bottom
            ? new RunWriter(files, id, epoch, most)
            : RunWriter.filtered(files, id, epoch, most)) {
      Heirs heirs = new Heirs(index.current().keys(), catalog.current(), deltas);
      if (!merge(chosen, bottom, heirs, writer, deltas, cancelled)) {
        return false;
      }
      merged = writer.finish();
    }
    Manifest.RunEntry entry = Manifest.RunEntry.of(merged);
    publisher.edit(merged, manifest -> replaced(manifest, chosen, entry).withDeltas(deltas));
    log.locked(() -> index.replaceRuns(replaced(index.current().runs(), chosen, merged)));
    chosen.forEach(this::dispose);
    return true;
  }

  /** Tells whether runs may have entries of keys that another store holds since a division. */
  boolean mayHoldOthers() {
    Manifest manifest = catalog.current();
    return manifest.runs().stream().anyMatch(run -> manifest.mayHoldOthers(run.id()));
  }

  /** Returns how many entries of a run are for keys of this store, about. */
  private long ownEntries(Run run) {
    boolean all = !catalog.current().mayHoldOthers(run.id());
    return all ? run.entries() : run.entries() / 2 + (long) Math.sqrt((double) run.entries());
  }

  /** Returns how many bytes an entry of the newest run should prove to be dead at the bottom. */
  private double deadBytes(List<Run> runs) throws IOException {
    Usage all = catalog.current().usage();
    return runs.size() < 2 || all.records() == 0
        ? 0
        : supersedingShare(runs.get(0), runs.get(runs.size() - 1)) * all.bytes() / all.records();
  }

  /** Hashes are random: a part of them is a sample. */
  private static double supersedingShare(Run newest, Run bottom) throws IOException {
    Entries sample = newest.entries(HashRange.first(newest.entries() / SAMPLE_ENTRIES + 1));
    byte[] block = new byte[Block.BYTES];
    int superseding = 0;
    for (int i = 0; i < sample.count(); i++) {
      long found = bottom.find(sample.order(i), sample.routing(i), block);
      superseding += found == Location.NONE ? 0 : 1;
    }
    return sample.count() == 0 ? 0 : (double) superseding / sample.count();
  }

  /** Tells whose keys are whose since the last division, and accounts for those of the other. */
  private static final class Heirs {
    private final HashSlice ours;
    private final BitSet shared = new BitSet();
    private final Deltas deltas;

    Heirs(HashSlice ours, Manifest manifest, Deltas deltas) {
      this.ours = ours;
      this.deltas = deltas;
      for (Manifest.SegmentEntry entry : manifest.segments()) {
        shared.set(entry.id(), entry.halvings() > 0);
      }
    }

    boolean isOurs(int routing) {
      return ours.contains(routing);
    }

    /** What is in a shared segment counts there, for the other; what was moved since is dead. */
    void dropped(long location) {
      if (shared.get(Location.segment(location))) {
        deltas.left(location);
      } else {
        deltas.died(location);
      }
    }
  }

  /** Returns whether it came to its end. */
  private static boolean merge(
      List<Run> runs,
      boolean bottom,
      Heirs heirs,
      RunWriter writer,
      Deltas deltas,
      BooleanSupplier cancelled)
      throws IOException {
    List<Run.Cursor> sources = new ArrayList<>(); // the newest first
    for (Run run : runs) {
      Run.Cursor cursor = run.cursor(HashRange.ALL);
      if (cursor.next()) {
        sources.add(cursor);
      }
    }
    long steps = 0;
    while (!sources.isEmpty()) {
      if ((++steps & 0xFFF) == 0 && cancelled.getAsBoolean()) {
        return false;
      }
      Run.Cursor first = first(sources);
      long order = first.order();
      int routing = first.routing();
      long location = first.location();
      boolean isOurs = heirs.isOurs(routing);
      if (!isOurs) {
        heirs.dropped(location);
      } else if (bottom && Location.isTombstone(location)) {
        deltas.died(location);
      } else {
        writer.add(order, routing, location);
      }
      for (int i = sources.size() - 1; i >= 0; i--) {
        Run.Cursor source = sources.get(i);
        if (source.order() == order && source.routing() == routing) {
          if (source != first && isOurs) {
            deltas.died(source.location());
          } else if (source != first) {
            heirs.dropped(source.location());
          }
          if (!source.next()) {
            sources.remove(i);
          }
        }
      }
    }
    return true;
  }

  /** Returns the one with the least key, the newest of several. */
  static Run.Cursor first(List<Run.Cursor> sources) {
    Run.Cursor first = sources.get(0);
    for (int i = 1; i < sources.size(); i++) {
      Run.Cursor source = sources.get(i);
      if (KeyHash.compare(source.order(), source.routing(), first.order(), first.routing()) < 0) {
        first = source;
      }
    }
    return first;
  }

  private static Manifest replaced(Manifest manifest, List<Run> old, Manifest.RunEntry merged) {
    List<Manifest.RunEntry> runs = new ArrayList<>();
    for (Manifest.RunEntry entry : manifest.runs()) {
      if (entry.id() == old.get(0).id()) {
        runs.add(merged);
      }
      if (old.stream().noneMatch(run -> run.id() == entry.id())) {
        runs.add(entry);
      }
    }
    return manifest.withRuns(runs);
  }

  private static List<Run> replaced(List<Run> runs, List<Run> old, Run merged) {
    List<Run> replaced = new ArrayList<>(runs);
    replaced.set(replaced.indexOf(old.get(0)), merged);
    replaced.removeAll(old);
    return replaced;
  }

  private void dispose(Run run) {
    pins.retire(
        () -> {
          try {
            run.close();
            files.disk.delete(run.path());
          } catch (IOException e) {
            // A left-over, which the first write after the next opening deletes.
          }
        });
  }
}
