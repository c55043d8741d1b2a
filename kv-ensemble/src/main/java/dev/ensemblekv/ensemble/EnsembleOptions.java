// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.spi.KvCapacity;
import dev.ensemblekv.spi.KvOpenContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The options of the ensemble. */
public final class EnsembleOptions {
  /** How many substores a new ensemble begins with. */
  public static final KvOption<Long> INITIAL_SUBSTORES =
      KvOption.number("ensemble.initialSubstores")
          .kind(KvOption.Kind.FORMAT)
          .range(1L, (long) Region.MAX_BASES)
          .build(3L, "Number of substores that a new ensemble begins with.");

  /** How many live keys one substore carries before it splits. */
  public static final KvOption<Long> MAX_KEYS =
      KvOption.number("ensemble.maxKeys")
          .kind(KvOption.Kind.STICKY)
          .range(0L, Long.MAX_VALUE)
          .build(
              0L,
              "Live keys that one substore carries before it splits, at least 16; 0: what its"
                  + " backend suggests. Small values give many substores.");

  /** How many live bytes one substore carries before it splits. */
  public static final KvOption<Long> MAX_BYTES =
      KvOption.sizeBytes("ensemble.maxBytes")
          .kind(KvOption.Kind.STICKY)
          .range(0L, Long.MAX_VALUE)
          .build(
              0L,
              "Bytes of live keys and values that one substore carries before it splits, at least"
                  + " 4KiB; 0: what its backend suggests.");

  /** How many substores there may be. */
  public static final KvOption<Long> MAX_SUBSTORES =
      KvOption.number("ensemble.maxSubstores")
          .kind(KvOption.Kind.STICKY)
          .range(1L, 1L << 20)
          .build(4096L, "Number of substores at which splitting stops; each costs file handles.");

  /**
   * Where substores are besides the directory of the store: directories on other disks, separated
   * by commas; recorded, and can be changed at each open.
   *
   * <p>Each must be empty at first, and is then this store's alone. A relative one is relative to
   * the directory of the store. A root is known by a file in it, wherever it is mounted; one that
   * is left out here gets no new substores, and is given up when it has none left.
   */
  public static final KvOption<String> ROOTS =
      KvOption.text("ensemble.roots")
          .kind(KvOption.Kind.STICKY)
          .build(
              "",
              "Directories on other disks for substores, besides that of the store; separated by"
                  + " commas.");

  /**
   * How fast splits move and compare what they move: 64 KiB to 64 GiB a second, by default 1 GiB;
   * for one opening only, and can be changed while it lasts by {@link EnsembleControl#splitRate}.
   *
   * <p>A substore over 1.5 times its limit is split as fast as possible, as its writers wait.
   */
  public static final KvOption<Long> SPLIT_RATE =
      KvOption.sizeBytes("ensemble.splitRate")
          .range(64L << 10, 64L << 30)
          .build(1L << 30, "Splits move and compare so many bytes a second at most.");

  /**
   * Whether a substore whose engine can do so is split by giving its files a second name rather
   * than by copying what moves.
   */
  public static final KvOption<Boolean> NATIVE_SPLITS =
      KvOption.flag("ensemble.nativeSplits")
          .build(
              true,
              "Split without copying, where the backend can and the disk has links; what moved is"
                  + " copied later, once for two splits.");

  /** How long one write may be held up while its substore splits and falls behind. */
  public static final KvOption<Duration> MAX_STALL =
      KvOption.duration("ensemble.maxStall")
          .range(Duration.ZERO, Duration.ofSeconds(10))
          .build(
              Duration.ofMillis(10),
              "Longest time that one write is held up while its substore splits, if that is over 1.5"
                  + " times its limit or cannot keep up with the writes.");

  /**
   * Whether a batch with keys of several substores is atomic, where the backend has what it takes;
   * by default yes; recorded, and can be changed at each open.
   *
   * <p>Such a batch is written to a journal and made durable there before its parts are, which
   * takes one wait for the medium, shared by those who write at the same time. Without, each part
   * is atomic by itself.
   */
  public static final KvOption<Boolean> ATOMIC_BATCHES =
      KvOption.flag("ensemble.atomicBatches")
          .kind(KvOption.Kind.STICKY)
          .build(
              true,
              "Make batches over several substores atomic, by a journal that each of them waits"
                  + " for.");

  /**
   * How long a file of the journal gets: 4 KiB to 1 GiB, by default 32 MiB; for one opening.
   *
   * <p>Then another one is begun, and the first is deleted when all substores have been flushed in
   * the background. So the journal takes about twice as much, and a little more time is needed
   * after a crash.
   */
  public static final KvOption<Long> JOURNAL_SIZE =
      KvOption.sizeBytes("ensemble.journalSize")
          .range(4L << 10, 1L << 30)
          .build(
              32L << 20,
              "Length at which a file of the journal is followed by another, and then given up.");

  /**
   * How much memory the buffers and caches of all substores take together: by default, or at 0, a
   * quarter of the greatest heap; for one opening only, and can be changed while it lasts by {@link
   * EnsembleControl#memory}.
   *
   * <p>It holds besides what the options of the backend say of each. Beyond it those with the most
   * give some back. Too little makes many small files and much to merge.
   */
  public static final KvOption<Long> MEMORY =
      KvOption.sizeBytes("ensemble.memory")
          .range(0L, 1L << 40)
          .build(
              0L,
              "Memory of the buffers and caches of all substores together; 0: a quarter of the"
                  + " heap.");

  /**
   * How fast the background work of all substores together writes, such as compaction: 64 KiB to 64
   * GiB a second, by default 1 GiB; for one opening only, and can be changed while it lasts by
   * {@link EnsembleControl#backgroundRate}. Splits have {@link #SPLIT_RATE}.
   */
  public static final KvOption<Long> BACKGROUND_RATE =
      KvOption.sizeBytes("ensemble.backgroundRate")
          .range(64L << 10, 64L << 30)
          .build(1L << 30, "Compactions of all substores together write so many bytes a second.");

  /**
   * How many substores do long background work at a time, 0 to 1024; 0, the default: as there are
   * processors. For one opening only, and can be changed while it lasts by {@link
   * EnsembleControl#backgroundTasks}.
   */
  public static final KvOption<Long> BACKGROUND_TASKS =
      KvOption.number("ensemble.backgroundTasks")
          .range(0L, 1024L)
          .build(
              0L, "Substores that compact or merge at a time; 0: as many as there are processors.");

  static final List<KvOption<?>> ALL =
      List.of(
          INITIAL_SUBSTORES,
          MAX_KEYS,
          MAX_BYTES,
          MAX_SUBSTORES,
          ROOTS,
          SPLIT_RATE,
          NATIVE_SPLITS,
          MAX_STALL,
          ATOMIC_BATCHES,
          JOURNAL_SIZE,
          MEMORY,
          BACKGROUND_RATE,
          BACKGROUND_TASKS);

  private static final int HEAP_SHARE = 4;

  static final long LEAST_KEYS = 16;
  static final long LEAST_BYTES = 4096;

  private EnsembleOptions() {}

  /**
   * Returns how much a substore carries.
   *
   * @param suggested by the backend, for what is 0
   * @throws IllegalArgumentException if one of the values is too small
   */
  static KvCapacity capacity(KvCapacity suggested, long maxKeys, long maxBytes) {
    return new KvCapacity(
        chosen(MAX_KEYS, maxKeys, suggested.keys(), LEAST_KEYS),
        chosen(MAX_BYTES, maxBytes, suggested.bytes(), LEAST_BYTES));
  }

  private static long chosen(KvOption<Long> option, long value, long suggested, long least) {
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

  /** Returns how much memory a value of {@link #MEMORY} stands for. */
  static long memoryBytes(long value) {
    return value == 0 ? Runtime.getRuntime().maxMemory() / HEAP_SHARE : value;
  }

  /** Returns how many tasks a value of {@link #BACKGROUND_TASKS} stands for. */
  static int backgroundTasks(long value) {
    return value == 0 ? Runtime.getRuntime().availableProcessors() : Math.toIntExact(value);
  }

  /** Returns the budget of all substores. */
  static Budget budget(KvOpenContext context) {
    return new Budget(
        memoryBytes(context.option(MEMORY)),
        backgroundTasks(context.option(BACKGROUND_TASKS)),
        context.option(BACKGROUND_RATE),
        System::nanoTime);
  }

  /** Returns the directories that {@link #ROOTS} names. */
  static Set<Path> roots(KvOpenContext context) {
    Set<Path> paths = new LinkedHashSet<>();
    for (String path : context.option(ROOTS).split(",", -1)) {
      if (!path.isBlank()) {
        paths.add(context.directory().resolve(path.strip()).normalize());
      }
    }
    return paths;
  }
}
