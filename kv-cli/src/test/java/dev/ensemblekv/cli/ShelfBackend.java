// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stores that are kept in this object rather than in their directories, and that can be made to
 * fail: all that is done to one is seen at its next opening, as on a disk.
 */
final class ShelfBackend implements KvBackend {
  static final KvLimits LIMITS =
      new KvLimits(
          KvLimits.MIN_MAX_KEY_BYTES,
          KvLimits.MIN_MAX_VALUE_BYTES,
          KvLimits.MIN_MAX_KEY_BYTES + KvLimits.MIN_MAX_VALUE_BYTES);
  static final KvOption<Long> MAX_KEYS =
      KvOption.number("shelf.maxKeys")
          .kind(KvOption.Kind.STICKY)
          .range(1L, 1_000_000L)
          .build(1000L, "More than this do not fit.");

  private final String name;
  private final Map<Path, NavigableMap<byte[], byte[]>> shelves = new ConcurrentHashMap<>();

  /** Counts puts: one permit each. */
  final Semaphore puts = new Semaphore(0);

  /** How often a store was opened so that it could be written to. */
  final AtomicInteger openedForWriting = new AtomicInteger();

  final Set<KvFeature> features =
      EnumSet.of(
          KvFeature.PERSISTENT,
          KvFeature.EXCLUSIVE,
          KvFeature.ORDERED,
          KvFeature.CONSTANT_TIME_SIZE);

  /** Whether every put of a value of this length stores a byte less. */
  volatile int lossyLength = -1;

  /** Whether opening finds damage. */
  volatile boolean damagedAtOpen;

  /** What verifying finds, and repairing. */
  volatile List<KvTask.Problem> problems = List.of();

  /** What reading and verifying throws. */
  volatile @Nullable CorruptionException damage;

  /** Whether a bug is to show. */
  volatile boolean buggy;

  ShelfBackend() {
    this("shelf");
  }

  ShelfBackend(String name) {
    this.name = name;
  }

  /** Returns what is stored in a directory. */
  NavigableMap<byte[], byte[]> contents(Path directory) {
    return shelves.computeIfAbsent(
        directory.toAbsolutePath().normalize(),
        path -> new ConcurrentSkipListMap<>(Arrays::compareUnsigned));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return "A shelf.";
  }

  @Override
  public Set<KvFeature> features() {
    return features;
  }

  @Override
  public KvLimits limits() {
    return LIMITS;
  }

  @Override
  public List<KvOption<?>> options() {
    return name.equals("shelf") ? List.of(MAX_KEYS) : List.of();
  }

  @Override
  public KvStore open(KvOpenContext context) {
    if (damagedAtOpen) {
      throw new CorruptionException("a bit fell over", context.directory().resolve("shelf"), null);
    }
    if (!context.isReadOnly()) {
      openedForWriting.incrementAndGet();
    }
    return new Shelf(context);
  }

  @Override
  public KvTask.Body repair(KvOpenContext context) {
    return progress -> {
      progress.advance(2);
      problems.forEach(problem -> progress.problem(problem.message(), problem.path()));
    };
  }

  private final class Shelf extends AbstractKvStore {
    private final NavigableMap<byte[], byte[]> pairs;
    private final long maxKeys;

    Shelf(KvOpenContext context) {
      super(context, LIMITS, features);
      pairs = contents(context.directory());
      maxKeys = options().isEmpty() ? Long.MAX_VALUE : context.option(MAX_KEYS);
    }

    @Override
    protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
      if (value == null) {
        pairs.remove(key);
        return;
      }
      byte[] kept =
          value.length == lossyLength ? Arrays.copyOf(value, lossyLength - 1) : value.clone();
      synchronized (pairs) {
        if (pairs.size() >= maxKeys && !pairs.containsKey(key)) {
          throw new StoreFullException("no room for more than " + maxKeys, null, null);
        }
        pairs.put(key.clone(), kept);
      }
      puts.release();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      checkHealth();
      byte[] value = pairs.get(key);
      return value == null ? null : value.clone();
    }

    private void checkHealth() {
      CorruptionException found = damage;
      if (found != null) {
        throw found;
      }
      if (buggy) {
        throw new IllegalStateException("a bug");
      }
    }

    @Override
    public KvCursor iterate() {
      return cursor(pairs.descendingMap());
    }

    @Override
    public KvCursor scan(KeyRange range) {
      NavigableMap<byte[], byte[]> part = pairs;
      part = range.from().isPresent() ? part.tailMap(range.from().get(), true) : part;
      part = range.to().isPresent() ? part.headMap(range.to().get(), false) : part;
      return cursor(part);
    }

    private KvCursor cursor(NavigableMap<byte[], byte[]> map) {
      checkHealth();
      return new ShelfCursor(map.entrySet().iterator());
    }

    @Override
    public long size() {
      return pairs.size();
    }

    @Override
    public KvTask verify() {
      return KvTask.start(
          context().executor(),
          "verify",
          "books",
          progress -> {
            progress.total(pairs.size());
            checkHealth();
            progress.advance(pairs.size());
            problems.forEach(problem -> progress.problem(problem.message(), problem.path()));
          });
    }

    @Override
    public void flush() {}

    @Override
    public KvStats stats() {
      return statsBuilder()
          .metric(KvMetric.gauge(KvMetric.KEYS, pairs.size(), KvMetric.Unit.COUNT, "Books."))
          .metric(
              KvMetric.upperBound(
                  KvMetric.LIVE_BYTES, 1536, KvMetric.Unit.BYTES, "Bytes of books."))
          .fact("colour", "oak")
          .substore(
              KvStats.builder("board", "0001")
                  .metric(KvMetric.gauge(KvMetric.KEYS, 7, KvMetric.Unit.COUNT, "Books on it."))
                  .build())
          .build();
    }

    @Override
    public void close() {}
  }

  /** Goes through a map. */
  private static final class ShelfCursor implements KvCursor {
    private Iterator<Map.Entry<byte[], byte[]>> rest;
    private Map.@Nullable Entry<byte[], byte[]> current;

    ShelfCursor(Iterator<Map.Entry<byte[], byte[]>> entries) {
      this.rest = entries;
    }

    @Override
    public boolean next() {
      current = rest.hasNext() ? rest.next() : null;
      return current != null;
    }

    @Override
    public byte[] key() {
      return entry().getKey().clone();
    }

    @Override
    public byte[] value() {
      return entry().getValue().clone();
    }

    private Map.Entry<byte[], byte[]> entry() {
      if (current == null) {
        throw new NoSuchElementException();
      }
      return current;
    }

    @Override
    public void close() {
      rest = Collections.emptyIterator();
    }
  }
}
