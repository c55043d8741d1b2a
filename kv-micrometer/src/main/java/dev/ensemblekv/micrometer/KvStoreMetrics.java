// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.micrometer;

import dev.ensemblekv.api.KvClosing;
import dev.ensemblekv.api.KvStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The meters of one store: each figure of {@link KvStore#stats()} under a name that begins with
 * {@code kv.store}, with the tag {@code store}. They are in a registry from {@link #bindTo} until
 * the store or this is closed. Thread-safe.
 *
 * <p>Nothing is counted or timed for them that is not counted anyway, and nothing is done while no
 * registry asks.
 */
public final class KvStoreMetrics implements MeterBinder, AutoCloseable {
  private final KvStore store;
  private final Tags tags;

  // Guarded by this.
  private final Map<MeterRegistry, BoundMeters> bound = new HashMap<>();
  private boolean closesWithStore;

  /** Creates the meters of a store; they are in no registry yet. */
  public KvStoreMetrics(KvStore store) {
    this(store, List.of());
  }

  /**
   * Creates the meters of a store; they are in no registry yet.
   *
   * @param tags what all meters have besides the tag {@code store}, as where two stores of one name
   *     are open
   */
  public KvStoreMetrics(KvStore store, Iterable<Tag> tags) {
    this.store = Objects.requireNonNull(store, "store");
    this.tags = Tags.of(tags).and("store", store.stats().name());
  }

  /**
   * Puts the meters into a registry, where they are not yet.
   *
   * @throws IllegalArgumentException if the registry has meters of another store with the same tags
   * @throws dev.ensemblekv.api.StoreClosedException if the store is closed
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    bound.keySet().removeIf(MeterRegistry::isClosed);
    Optional<KvClosing> closing = store.unwrap(KvClosing.class); // throws if the store is closed
    if (!closesWithStore) {
      closing.ifPresent(present -> present.onClose(this::close));
      closesWithStore = true;
    }
    if (!bound.containsKey(registry)) {
      bound.put(registry, registered(new BoundMeters(store, tags, registry)));
    }
  }

  private static BoundMeters registered(BoundMeters meters) {
    try {
      meters.register();
      return meters;
    } catch (RuntimeException e) {
      meters.remove();
      throw e;
    }
  }

  /** Takes the meters out of all registries. */
  @Override
  public synchronized void close() {
    bound.values().forEach(BoundMeters::remove);
    bound.clear();
  }
}
