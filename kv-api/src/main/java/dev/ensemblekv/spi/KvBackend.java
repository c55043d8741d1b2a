// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The creator of the stores of one engine, or of one layer over other stores. Found by {@link
 * java.util.ServiceLoader}; thread-safe and without state.
 */
public interface KvBackend {

  /** Returns the name by which specs refer to it: {@code [a-z][a-z0-9-]*}. */
  String name();

  /** Returns what it is, in a sentence. */
  String description();

  /** Returns every feature that a store of this backend can have. */
  Set<KvFeature> features();

  /** Returns the limits of its stores; of a layer, the greatest it passes on. */
  KvLimits limits();

  /** Returns the options it reads, all of them named {@code name.option}. */
  List<KvOption<?>> options();

  /** Tells whether it stands before another name in a spec and opens that by the context. */
  default boolean isLayer() {
    return false;
  }

  /** Tells whether its stores need a directory; one that does not may be opened without. */
  default boolean needsDirectory() {
    return true;
  }

  /** Returns how much one of its stores carries well; an ensemble splits by it unless told else. */
  default KvCapacity capacity() {
    return new KvCapacity(10_000_000, 16L << 30);
  }

  /** Returns the {@code type} in the JMX name of the bean that shows the figures of its stores. */
  default String engineBean() {
    return "Engine";
  }

  /** Returns the newest version of its format on disk; it opens this and all older ones. */
  default int formatVersion() {
    return 1;
  }

  /**
   * Returns the library that makes the files, with its version; recorded when a store is created,
   * for those who look at the files later. Empty: this backend itself.
   */
  default Optional<String> engine() {
    return Optional.empty();
  }

  /**
   * Tells whether a directory that is no store of ours looks like a database which the engine's own
   * library made, so that it can be {@linkplain dev.ensemblekv.api.KvStores#adopt adopted}. Changes
   * nothing; {@link #open} and {@code verify} find out the rest.
   */
  default boolean recognizes(Disk disk, Path directory) throws IOException {
    return false;
  }

  /**
   * Opens or creates a store.
   *
   * <p>The store is raw: the framework holds the lock on the directory, has checked the options,
   * and puts the guard of open and closed and the instrumentation around it. What is created must
   * be durable at return. Where this throws, it has released everything.
   */
  KvStore open(KvOpenContext context);

  /**
   * Returns the work of {@linkplain dev.ensemblekv.api.KvStores#repair repairing} a store, which
   * does not begin here. The framework holds the lock meanwhile.
   *
   * <p>The work makes a store that opens of everything in the files that is intact, durably, and
   * tells as problems what is lost. It deletes nothing that it cannot read, and if it is cut short
   * it can be begun again.
   *
   * @throws UnsupportedOperationException if this backend does not repair stores
   */
  default KvTask.Body repair(KvOpenContext context) {
    throw new UnsupportedOperationException(
        "stores of '" + name() + "' cannot be repaired by this command; restore a copy");
  }

  /**
   * Returns the work of deleting what a store has outside its directory, which does not begin here.
   * The framework runs it before it deletes the directory, of a store that is {@linkplain
   * dev.ensemblekv.api.KvStores#destroy destroyed} or whose creation failed, and holds the lock.
   *
   * @param begun whether this is not the first attempt, or the store never came to be: what is
   *     missing is gone already
   * @throws dev.ensemblekv.api.KvException if something is missing otherwise; nothing is deleted
   */
  default Runnable destroying(KvOpenContext context, boolean begun) {
    return () -> {};
  }
}
