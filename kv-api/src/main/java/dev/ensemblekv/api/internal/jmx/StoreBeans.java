// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.internal.meter.InstrumentedStore;
import dev.ensemblekv.api.internal.meter.OperationMeter;
import dev.ensemblekv.api.jmx.LatencyMXBean;
import dev.ensemblekv.spi.KvBean;
import dev.ensemblekv.spi.KvDirectories;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All beans of one store, from its opening to its closing. Whatever goes wrong with them is logged,
 * and the store works without. Thread-safe.
 */
public final class StoreBeans implements StoreObserver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreBeans.class);

  private final StoreName asked;
  private final EventLog events;
  private final StoreFacts facts;
  private final FailureEvents failures;
  private final BeanRegistry registry = new BeanRegistry();
  private volatile @Nullable DiskWatch watch;
  private volatile @Nullable TaskBeans tasks;
  private volatile @Nullable StoreBean bean;

  /** Creates the beans of a store; there are none until {@link #register}. */
  public StoreBeans(StoreName name, EventLog events, StoreFacts facts) {
    this.asked = name;
    this.events = events;
    this.facts = facts;
    this.failures = new FailureEvents(events, name.store(), facts.executor()::nanoTime);
  }

  /**
   * Shows a store.
   *
   * @param store what operations go to
   * @param instrumented what counts them
   */
  public void register(KvStore store, InstrumentedStore instrumented) {
    try {
      Snapshot snapshot = new Snapshot(store::stats);
      if (!registerStore(asked, store, instrumented, snapshot)) {
        registerStore(asked.withId(facts.id()), store, instrumented, snapshot);
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("store {} cannot be shown in JMX", asked, e);
    }
  }

  private boolean registerStore(
      StoreName name, KvStore store, InstrumentedStore instrumented, Snapshot snapshot) {
    TaskBeans taskBeans = new TaskBeans(registry, name, facts.clock(), events.of(name.substore()));
    StoreView view = new StoreView(store, instrumented, name, facts, snapshot, events, taskBeans);
    KvDirectories directories =
        instrumented.unwrap(KvDirectories.class).orElse(() -> diskBytes(store.stats()));
    DiskWatch diskWatch = new DiskWatch(facts, directories, events);
    StoreBean storeBean =
        new StoreBean(view, snapshot, events, name.substore(), () -> watch(name, diskWatch));
    boolean free =
        registry.registerIfFree(storeBean, () -> storeBean.registered(name.bean("Store")));
    if (free) {
      tasks = taskBeans;
      watch = diskWatch;
      bean = storeBean;
      if (facts.countsCalls()) {
        instrumented.meters().forEach(meter -> registerLatency(name, meter));
      }
      registerContributed(name, instrumented, snapshot);
    }
    return free;
  }

  /** Returns what the files of a store take that has them all in its directory. */
  private Map<Path, Long> diskBytes(KvStats stats) {
    Path directory = facts.directory();
    return directory == null
        ? Map.of()
        : Map.of(directory, new Figures(stats).whole(KvMetric.DISK_BYTES));
  }

  /** The files of a substore are in one of the directories of its ensemble, which are watched. */
  private static void watch(StoreName name, DiskWatch watch) {
    if (name.substore().isEmpty()) {
      watch.start();
    }
  }

  private void registerLatency(StoreName name, OperationMeter meter) {
    registry.register(
        new DescribedBean(new LatencyView(meter), LatencyMXBean.class, Snapshot.NONE),
        () -> name.bean("Latency", "op", meter.operation()));
  }

  private void registerContributed(
      StoreName name, InstrumentedStore instrumented, Snapshot snapshot) {
    List<KvBean> contributed =
        instrumented
            .unwrap(KvBean.Source.class)
            .map(source -> source.beans(snapshot::stats))
            .orElse(List.of());
    DescribedBean ofEngine = null;
    for (KvBean each : contributed) {
      DescribedBean described = new DescribedBean(each.implementation(), each.view(), snapshot);
      if (each.type().equals(facts.engineBean())) {
        ofEngine = described;
      } else {
        registry.register(described, () -> name.bean(each.type()));
      }
    }
    EngineBean engine =
        new EngineBean(facts.engineBean(), snapshot, InstrumentedStore.METRICS, ofEngine);
    registry.register(engine, () -> name.bean(facts.engineBean()));
  }

  @Override
  public void started(KvTask task) {
    TaskBeans shown = tasks;
    if (shown != null) {
      shown.add(task);
    }
  }

  @Override
  public void failed(KvException failure) {
    if (asked.substore().isEmpty()) { // what a substore throws comes by here in the end
      failures.add(failure);
    }
  }

  /** Unregisters all beans, after what happened was told. */
  @Override
  public void close() {
    DiskWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
    StoreBean shown = bean;
    if (shown != null) {
      shown.end();
    }
    registry.close();
  }
}
