// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.io.Disk;
import java.nio.file.Path;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** What a backend is given to open one store with. */
public interface KvOpenContext {

  /**
   * Returns the directory of the store; it exists and is locked. Names that begin with {@code
   * STORE} are the framework's, all others the backend's.
   *
   * @throws IllegalStateException if the store was opened without one
   */
  Path directory();

  /** Returns the spec of the store, from this backend on. */
  String spec();

  /** Returns the name of the store, for messages and threads. */
  String storeName();

  /** Returns the id of the store: 32 hexadecimal digits, fixed at creation. */
  String storeId();

  /** Tells whether the store is a part of another one, such as a substore of an ensemble. */
  default boolean isInner() {
    return false;
  }

  /**
   * Tells whether the store is being created. Then nothing in the directory counts, even if an
   * earlier creation that a crash cut short left files there. Where it is {@code false}, files that
   * are missing are corruption.
   */
  boolean isNew();

  /**
   * Tells whether the store is open for reading only: no writing call will come, and what is stored
   * must not change, the files included. An engine that cannot open without writing works on a
   * scratch copy, such as one of links to files that never change, or throws {@link
   * UnsupportedOperationException}.
   */
  boolean isReadOnly();

  /** Returns all options, checked, the recorded ones included. */
  KvOptions options();

  /** Returns the value of an option, or its default. */
  default <T> T option(KvOption<T> option) {
    return options().get(option);
  }

  /** Returns the files. */
  Disk disk();

  /** Returns the executor of background work. */
  KvExecutor executor();

  /** Returns what the store may take of the machine, where it shares that with others. */
  default KvBudget budget() {
    return KvBudget.UNLIMITED;
  }

  /** Returns where to tell what happens to the store. */
  default KvEvents events() {
    return KvEvents.NONE;
  }

  /**
   * Records the value of a STICKY option that was changed while the store is open, durably, so that
   * the next opening has it.
   *
   * @throws dev.ensemblekv.api.KvException if it cannot be recorded; then the old value stays
   */
  default <T> void record(KvOption<T> option, T value) {
    throw new UnsupportedOperationException("options cannot be changed here");
  }

  /** Returns the wall clock, for what people read. */
  Clock clock();

  /** Returns the source of random numbers. */
  RandomGenerator random();

  /**
   * Returns the seed of the XXH3 of 64 bits by which an outer store spreads its keys over this one
   * and others; an engine that knows its keys by the same hash can be a {@link DivisibleStore}.
   * Empty: there is no outer store that does so.
   */
  OptionalLong hashSeed();

  /**
   * Returns the backend of the next name in the spec.
   *
   * @throws IllegalStateException if this backend stands last
   */
  KvBackend innerBackend();

  /**
   * Returns the rest of the spec, for a layer: {@code json} for the ensemble of {@code
   * ensemble:json}.
   */
  String innerSpec();

  /**
   * Opens the store of the rest of the spec, raw, for a layer that lives in the same directory. The
   * layer closes it.
   */
  KvStore openInner();

  /**
   * Creates a store of the rest of the spec, raw, in a directory below this store's or in another
   * that is this store's alone. What a creation that was cut short left there is replaced. The
   * caller closes it.
   *
   * @param name the part of its name after the outer store's, such as {@code 0007}
   */
  KvStore createInner(Path directory, String name);

  /**
   * Returns this context with a seed that the stores inside are to know as {@link #hashSeed}.
   *
   * @param seed the same whenever this store is open
   */
  KvOpenContext withInnerHashSeed(long seed);

  /**
   * Returns this context with a budget that the stores inside are to share as {@link #budget}.
   *
   * @param budget the same whenever this opening creates or opens one
   */
  default KvOpenContext withInnerBudget(KvBudget budget) {
    return this;
  }

  /**
   * Creates a store as a part of another that {@link #createInner} made: with the same id. What a
   * creation that was cut short left there is replaced. The caller closes it.
   *
   * @param original the directory of the other
   * @param name the part of its name after the outer store's, such as {@code 0007}
   * @param copying makes the files in the directory, as {@link DivisibleStore#copyTo} does
   */
  KvStore copyInner(Path original, Path directory, String name, Consumer<Path> copying);

  /**
   * Opens a store that {@link #createInner} made, raw. The caller closes it.
   *
   * @throws dev.ensemblekv.api.StoreNotFoundException if there is none
   */
  KvStore openInner(Path directory, String name);

  /**
   * Returns the work of repairing a store that {@link #createInner} made, as by {@link
   * KvBackend#repair}. Nobody may have it open.
   *
   * @throws dev.ensemblekv.api.StoreNotFoundException if there is none
   * @throws UnsupportedOperationException if its backend does not repair stores
   */
  KvTask.Body repairInner(Path directory, String name);

  /**
   * Deletes a directory that {@link #createInner} made, whatever state it is in; does nothing if it
   * does not exist.
   *
   * @throws dev.ensemblekv.api.ForeignDirectoryException if it is not an inner store of this store
   */
  void destroyInner(Path directory);

  /**
   * Starts a checkpoint of this store, for {@link dev.ensemblekv.api.KvStore#checkpoint}. Around
   * the copying it locks the directory, writes the descriptor, and cleans up after a failure.
   *
   * @param unit what the progress of the task counts
   * @param copying copies the engine's files into the directory, which is empty then; they must be
   *     durable at return, the entries of the directory itself aside
   * @throws dev.ensemblekv.api.StoreExistsException if there is a store in the directory
   * @throws dev.ensemblekv.api.ForeignDirectoryException if there is anything else
   */
  KvTask checkpoint(Path directory, String unit, KvTask.Body copying);
}
