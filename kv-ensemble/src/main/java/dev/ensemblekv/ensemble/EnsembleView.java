// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What the bean of an ensemble shows and does. Thread-safe. */
final class EnsembleView implements EnsembleMXBean {
  private static final long UNKNOWN = -1;

  private final Supplier<KvStats> stats;
  private final Topology topology;
  private final Roots roots;
  private final EnsembleControl control;
  private final Budget budget;

  EnsembleView(
      Supplier<KvStats> stats,
      Topology topology,
      Roots roots,
      EnsembleControl control,
      Budget budget) {
    this.stats = stats;
    this.topology = topology;
    this.roots = roots;
    this.control = control;
    this.budget = budget;
  }

  private double figure(String name) {
    return stats.get().metric(name).map(KvMetric::value).orElse(0.0);
  }

  @Override
  public int getSubstoreCount() {
    return topology.table().slots().size();
  }

  /** One row of the table of substores. */
  private record SubstoreRow(RoutingTable.Slot slot, KvStats stats) implements SubstoreFigures {
    private SubstoreSize size() {
      return slot.substore().size();
    }

    @Override
    public String getState() {
      return stats.state().name();
    }

    @Override
    public String getRegion() {
      return slot.region().toString();
    }

    @Override
    public int getRoot() {
      return slot.substore().root();
    }

    @Override
    public long getKeysAtMost() {
      return Substore.bound(stats, KvMetric.KEYS, size().keysBound());
    }

    @Override
    public long getBytesAtMost() {
      return Substore.bound(stats, KvMetric.LIVE_BYTES, size().bytesBound());
    }

    @Override
    public long getKeysLimit() {
      return size().keysLimit();
    }

    @Override
    public long getBytesLimit() {
      return size().bytesLimit();
    }

    @Override
    public double getFill() {
      return Math.max(
          (double) getKeysAtMost() / getKeysLimit(), (double) getBytesAtMost() / getBytesLimit());
    }

    @Override
    public boolean isCleaning() {
      return slot.holdsForeignKeys();
    }

    @Override
    public String getProblem() {
      return stats.problem().orElse(stats.facts().getOrDefault("unsplittable", ""));
    }
  }

  @Override
  public SortedMap<String, SubstoreFigures> getSubstores() {
    SortedMap<String, KvStats> byName = new TreeMap<>();
    stats.get().substores().forEach(substore -> byName.put(substore.name(), substore));
    SortedMap<String, SubstoreFigures> rows = new TreeMap<>();
    for (RoutingTable.Slot slot : topology.table().slots()) {
      String name = slot.substore().name();
      KvStats known = byName.get(name);
      if (known != null) { // else it came to be in between
        rows.put(name, new SubstoreRow(slot, known));
      }
    }
    return rows;
  }

  /** One row of the table of roots. */
  private record RootRow(
      String getPath, int getSubstores, long getLiveBytesAtMost, long getFreeBytes)
      implements RootFigures {}

  @Override
  public SortedMap<Integer, RootFigures> getRoots() {
    SortedMap<String, SubstoreFigures> substores = getSubstores();
    SortedMap<Integer, RootFigures> rows = new TreeMap<>();
    for (Root root : roots.all()) {
      int count = 0;
      long bytes = 0;
      for (SubstoreFigures substore : substores.values()) {
        if (substore.getRoot() == root.number()) {
          count++;
          bytes += substore.getBytesAtMost();
        }
      }
      long free = roots.freeBytes(root).orElse(UNKNOWN);
      rows.put(root.number(), new RootRow(root.path().toString(), count, bytes, free));
    }
    return rows;
  }

  @Override
  public double getGreatestFill() {
    return getSubstores().values().stream().mapToDouble(SubstoreFigures::getFill).max().orElse(0);
  }

  @Override
  public double getKeysImbalance() {
    return figure("imbalance");
  }

  @Override
  public double getBytesImbalance() {
    return figure("bytesImbalance");
  }

  @Override
  public String getPhase() {
    return control.status().phase().name();
  }

  @Override
  public boolean isPaused() {
    return control.status().paused();
  }

  @Override
  public String getDonor() {
    return control.status().donor().orElse("");
  }

  @Override
  public String getTarget() {
    return control.status().target().orElse("");
  }

  @Override
  public double getProgress() {
    return control.status().progress();
  }

  @Override
  public long getRemainingMillis() {
    return control.status().remaining().map(Duration::toMillis).orElse(UNKNOWN);
  }

  @Override
  public int getQueuedSplits() {
    return control.status().queued();
  }

  @Override
  public long getSplits() {
    return control.status().splits();
  }

  @Override
  public long getFailures() {
    return control.status().failures();
  }

  @Override
  public String getProblem() {
    return control.status().problem().orElse("");
  }

  @Override
  public long getStalledWrites() {
    return (long) figure("stalledWrites");
  }

  @Override
  public long getStallMillis() {
    return TimeUnit.NANOSECONDS.toMillis((long) figure("stallNanos"));
  }

  @Override
  public long getSplitRateBytesPerSecond() {
    return control.splitRate();
  }

  @Override
  public void setSplitRateBytesPerSecond(long bytesPerSecond) {
    control.splitRate(bytesPerSecond);
  }

  @Override
  public long getBackgroundRateBytesPerSecond() {
    return control.backgroundRate();
  }

  @Override
  public void setBackgroundRateBytesPerSecond(long bytesPerSecond) {
    control.backgroundRate(bytesPerSecond);
  }

  @Override
  public long getBackgroundTasksLimit() {
    return control.backgroundTasks();
  }

  @Override
  public void setBackgroundTasksLimit(long tasks) {
    control.backgroundTasks(tasks);
  }

  @Override
  public int getBackgroundTasksRunning() {
    return budget.running();
  }

  @Override
  public int getBackgroundTasksWaiting() {
    return budget.waiting();
  }

  @Override
  public long getMemoryLimitBytes() {
    return control.memory();
  }

  @Override
  public void setMemoryLimitBytes(long bytes) {
    control.memory(bytes);
  }

  @Override
  public long getMemoryUsedBytes() {
    return budget.memoryBytes();
  }

  @Override
  public long getMaxKeys() {
    return control.maxKeys();
  }

  @Override
  public void setMaxKeys(long keys) {
    control.maxKeys(keys);
  }

  @Override
  public long getMaxBytes() {
    return control.maxBytes();
  }

  @Override
  public void setMaxBytes(long bytes) {
    control.maxBytes(bytes);
  }

  @Override
  public void splitNow() {
    control.splitNow();
  }

  @Override
  public void splitNow(String substore) {
    control.splitNow(substore);
  }

  @Override
  public void pause() {
    control.pause();
  }

  @Override
  public void resume() {
    control.resume();
  }

  @Override
  public boolean abort() {
    return control.abort();
  }
}
