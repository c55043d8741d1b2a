// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.KvEvents;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Makes events of what operations throw: of each place that is damaged one, and of a full disk one
 * a minute, however many calls meet them. Thread-safe.
 */
final class FailureEvents {
  private static final int MOST_PLACES = 1000;
  private static final long FULL_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private final EventLog events;
  private final String store;
  private final LongSupplier nanoTime;
  private final Set<String> damagedPlaces = ConcurrentHashMap.newKeySet();

  // Guarded by this.
  private boolean wasFull;
  private long lastFullNanos;

  FailureEvents(EventLog events, String store, LongSupplier nanoTime) {
    this.events = events;
    this.store = store;
    this.nanoTime = nanoTime;
  }

  void add(KvException failure) {
    if (failure instanceof CorruptionException corruption) {
      damaged(corruption);
    } else if (failure instanceof StoreFullException) {
      full(failure);
    }
  }

  private void damaged(CorruptionException corruption) {
    String path = corruption.path().map(Object::toString).orElse("");
    long offset = corruption.offset().orElse(Figures.UNKNOWN);
    if (damagedPlaces.size() < MOST_PLACES && damagedPlaces.add(path + "@" + offset)) {
      emit(
          corruption,
          event(KvEvent.Kind.CORRUPTION, corruption).with("path", path).with("offset", offset));
    }
  }

  private void full(KvException failure) {
    if (isFullNews(nanoTime.getAsLong())) {
      String path = failure.path().map(Object::toString).orElse("");
      emit(failure, event(KvEvent.Kind.DISK_LOW, failure).with("path", path));
    }
  }

  private synchronized boolean isFullNews(long nowNanos) {
    boolean isNews = !wasFull || nowNanos - lastFullNanos >= FULL_PAUSE_NANOS;
    if (isNews) {
      wasFull = true;
      lastFullNanos = nowNanos;
    }
    return isNews;
  }

  private static KvEvent event(KvEvent.Kind kind, KvException failure) {
    String message = failure.getMessage();
    return KvEvent.of(kind, message == null ? failure.toString() : message);
  }

  /** Tells of it as of the substore that it is located at. */
  private void emit(KvException failure, KvEvent event) {
    KvEvents to =
        failure
            .store()
            .filter(name -> name.startsWith(store + "/"))
            .map(name -> events.of(name.substring(store.length() + 1)))
            .orElse(events);
    to.emit(event);
  }
}
