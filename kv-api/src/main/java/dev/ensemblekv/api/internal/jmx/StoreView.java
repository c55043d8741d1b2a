// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.internal.meter.InstrumentedStore;
import dev.ensemblekv.api.internal.meter.OperationMeter;
import dev.ensemblekv.api.jmx.StoreMXBean;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import javax.management.ObjectName;

/** What the bean of a store shows and does. Thread-safe. */
@SuppressWarnings("JavaUtilDate") // the open type of a time
final class StoreView implements StoreMXBean {
  private final KvStore store;
  private final InstrumentedStore instrumented;
  private final StoreName name;
  private final StoreFacts facts;
  private final Snapshot snapshot;
  private final EventLog events;
  private final TaskBeans tasks;
  private final CallRates rates;
  private final long openedMillis;
  private volatile long countedSinceMillis;
  private volatile long writtenBefore;

  StoreView(
      KvStore store,
      InstrumentedStore instrumented,
      StoreName name,
      StoreFacts facts,
      Snapshot snapshot,
      EventLog events,
      TaskBeans tasks) {
    this.store = store;
    this.instrumented = instrumented;
    this.name = name;
    this.facts = facts;
    this.snapshot = snapshot;
    this.events = events;
    this.tasks = tasks;
    this.rates = new CallRates(facts.executor()::nanoTime);
    this.openedMillis = facts.clock().millis();
    this.countedSinceMillis = openedMillis;
  }

  private KvStats stats() {
    return snapshot.stats();
  }

  private Figures figures() {
    return new Figures(stats());
  }

  /** Returns a count of calls: all of them are made at this store, not at its substores. */
  private long count(String metric) {
    return stats().metric(metric).map(KvMetric::asLong).orElse(Figures.UNKNOWN);
  }

  private double perSecond(String counter) {
    KvStats stats = stats();
    return stats.metric(counter).isPresent() ? rates.perSecond(stats, counter) : Double.NaN;
  }

  @Override
  public String getName() {
    return name.substore().isEmpty() ? name.store() : name.store() + "/" + name.substore();
  }

  @Override
  public String getSpec() {
    return stats().spec();
  }

  @Override
  public String getId() {
    return facts.id();
  }

  @Override
  public String getPath() {
    Path directory = facts.directory();
    return directory == null ? "" : directory.toString();
  }

  @Override
  public Date getOpened() {
    return new Date(openedMillis);
  }

  @Override
  public boolean isReadOnly() {
    return facts.readOnly();
  }

  @Override
  public String[] getFeatures() {
    return store.features().stream().map(Enum::name).toArray(String[]::new);
  }

  @Override
  public String getState() {
    return stats().state().name();
  }

  @Override
  public String getProblem() {
    return stats().problem().orElse("");
  }

  @Override
  public int getSubstoreCount() {
    return stats().substores().size();
  }

  @Override
  public long getKeysAtMost() {
    return figures().whole(KvMetric.KEYS);
  }

  @Override
  public boolean isKeysExact() {
    return figures().isExact(KvMetric.KEYS);
  }

  @Override
  public long getLiveBytesAtMost() {
    return figures().whole(KvMetric.LIVE_BYTES);
  }

  @Override
  public boolean isLiveBytesExact() {
    return figures().isExact(KvMetric.LIVE_BYTES);
  }

  @Override
  public long getDeadBytes() {
    return figures().whole(KvMetric.DEAD_BYTES);
  }

  @Override
  public long getDiskBytes() {
    return figures().whole(KvMetric.DISK_BYTES);
  }

  @Override
  public double getSpaceAmplification() {
    return figures().proportion(KvMetric.DISK_BYTES, KvMetric.LIVE_BYTES);
  }

  @Override
  public double getWriteAmplification() {
    long byUsers = count("writtenBytes");
    long toFiles = figures().whole(KvMetric.DISK_WRITTEN_BYTES);
    return byUsers > 0 && toFiles != Figures.UNKNOWN
        ? (double) (toFiles - writtenBefore) / byUsers
        : Double.NaN;
  }

  @Override
  public SortedMap<String, Long> getMemoryBytes() {
    return figures().memoryBytes();
  }

  @Override
  public long getOpenFiles() {
    return figures().whole(KvMetric.OPEN_FILES);
  }

  @Override
  public long getOpenCursors() {
    return count("openCursors");
  }

  @Override
  public long getOldestReaderMillis() {
    return figures().millis(KvMetric.OLDEST_READER);
  }

  @Override
  public long getUnsyncedBytes() {
    return figures().whole(KvMetric.UNSYNCED_BYTES);
  }

  @Override
  public long getLastSyncAgeMillis() {
    return figures().millis(KvMetric.LAST_SYNC_AGE);
  }

  @Override
  public long getGetCalls() {
    return count("getCalls");
  }

  @Override
  public long getPutCalls() {
    return count("putCalls");
  }

  @Override
  public long getDeleteCalls() {
    return count("deleteCalls");
  }

  @Override
  public long getCompareAndSetCalls() {
    return count("compareAndSetCalls");
  }

  @Override
  public long getWriteCalls() {
    return count("writeCalls");
  }

  @Override
  public long getFlushCalls() {
    return count("flushCalls");
  }

  @Override
  public long getIterateCalls() {
    return count("iterateCalls");
  }

  @Override
  public long getFailedCalls() {
    return facts.countsCalls()
        ? instrumented.meters().stream().mapToLong(OperationMeter::failures).sum()
        : Figures.UNKNOWN;
  }

  @Override
  public double getGetsPerSecond() {
    return perSecond("getCalls");
  }

  @Override
  public double getPutsPerSecond() {
    return perSecond("putCalls");
  }

  @Override
  public double getDeletesPerSecond() {
    return perSecond("deleteCalls");
  }

  @Override
  public double getCompareAndSetsPerSecond() {
    return perSecond("compareAndSetCalls");
  }

  @Override
  public double getWritesPerSecond() {
    return perSecond("writeCalls");
  }

  @Override
  public double getReadBytesPerSecond() {
    return perSecond("readBytes");
  }

  @Override
  public double getWrittenBytesPerSecond() {
    return perSecond("writtenBytes");
  }

  @Override
  public long getRateMillis() {
    return rates.millis(stats());
  }

  @Override
  public long getHits() {
    return count("hits");
  }

  @Override
  public long getMisses() {
    return count("misses");
  }

  @Override
  public double getHitRatio() {
    KvStats stats = stats();
    double hits = stats.metric("hits").map(KvMetric::value).orElse(0.0);
    double misses = stats.metric("misses").map(KvMetric::value).orElse(0.0);
    return hits / (hits + misses); // NaN for nothing of both
  }

  @Override
  public long getReadBytes() {
    return count("readBytes");
  }

  @Override
  public long getWrittenBytes() {
    return count("writtenBytes");
  }

  @Override
  public Date getStatisticsSince() {
    return new Date(countedSinceMillis);
  }

  @Override
  public Map<String, Double> getMetrics() {
    Map<String, Double> values = new LinkedHashMap<>();
    stats().metrics().forEach(metric -> values.put(metric.name(), metric.value()));
    return values;
  }

  @Override
  public Map<String, String> getMetricTexts() {
    Map<String, String> texts = new LinkedHashMap<>();
    stats().metrics().forEach(metric -> texts.put(metric.name(), metric.describe()));
    return texts;
  }

  @Override
  public Map<String, String> getFacts() {
    return stats().facts();
  }

  @Override
  public String[] getRecentEvents() {
    return events.recent().stream()
        .filter(entry -> entry.isOf(name.substore()))
        .map(EventLog.Entry::toString)
        .toArray(String[]::new);
  }

  @Override
  public ObjectName[] getTasks() {
    return tasks.names();
  }

  @Override
  public void flush() {
    store.flush();
  }

  @Override
  public ObjectName compact() {
    return bean(store.compact());
  }

  @Override
  public ObjectName verify() {
    return bean(store.verify());
  }

  @Override
  public ObjectName checkpoint(String directory) {
    return bean(store.checkpoint(path(directory)));
  }

  /** The process may have another working directory than whoever asks. */
  private static Path path(String directory) {
    try {
      Path path = Path.of(directory);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("this is no path: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "the directory must be absolute, on the machine of the store; it is '" + directory + "'");
  }

  private ObjectName bean(KvTask task) {
    ObjectName bean = tasks.name(task);
    if (bean == null) {
      throw new IllegalStateException("the task has begun, but could not be given a bean");
    }
    return bean;
  }

  @Override
  public void resetStatistics() {
    writtenBefore = figures().whole(KvMetric.DISK_WRITTEN_BYTES);
    instrumented.resetStatistics();
    rates.restart();
    countedSinceMillis = facts.clock().millis();
  }
}
