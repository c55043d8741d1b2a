// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.jmx.TaskMXBean;
import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.KvEvents;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * The beans of the tasks of one store: one for each that runs, and for the last {@value
 * #MOST_ENDED} that ended. Thread-safe.
 */
final class TaskBeans {
  static final int MOST_ENDED = 16;

  private final BeanRegistry registry;
  private final StoreName name;
  private final Clock clock;
  private final KvEvents events;
  private final AtomicLong lastId = new AtomicLong();

  /** All tasks that have a bean, those that ended in the order in which they did. */
  private final Map<KvTask, ObjectName> names = new LinkedHashMap<>(); // guards itself

  TaskBeans(BeanRegistry registry, StoreName name, Clock clock, KvEvents events) {
    this.registry = registry;
    this.name = name;
    this.clock = clock;
    this.events = events;
  }

  /** Shows a task from now on. */
  void add(KvTask task) {
    long id = lastId.incrementAndGet();
    TaskView view = new TaskView(id, task, clock);
    registry.register(
        new DescribedBean(view, TaskMXBean.class, Snapshot.NONE),
        () -> {
          ObjectName bean = name.bean("Task", "task", Long.toString(id));
          synchronized (names) {
            names.put(task, bean);
          }
          return bean;
        });
    task.whenEnded(ended -> end(ended, view));
  }

  /** What the event tells can be seen when it comes. */
  private void end(KvTask task, TaskView view) {
    view.end();
    ObjectName oldest = moveToEnded(task);
    if (oldest != null) {
      registry.unregister(oldest);
    }
    events.emit(
        KvEvent.of(KvEvent.Kind.TASK_FINISHED, task.toString())
            .with("id", view.getId())
            .with("operation", view.getOperation())
            .with("state", view.getState())
            .with("done", view.getDone())
            .with("unit", view.getUnit())
            .with("problemCount", view.getProblemCount())
            .with("error", view.getError()));
  }

  /** Returns the one that there is no place for any more, if there is one. */
  private @Nullable ObjectName moveToEnded(KvTask task) {
    synchronized (names) {
      ObjectName bean = names.remove(task);
      if (bean != null) {
        names.put(task, bean);
      }
      List<KvTask> ended =
          names.keySet().stream().filter(each -> each.state() != KvTask.State.RUNNING).toList();
      return ended.size() > MOST_ENDED ? names.remove(ended.get(0)) : null;
    }
  }

  /** Returns the name of the bean of a task, if it has one. */
  @Nullable ObjectName name(KvTask task) {
    synchronized (names) {
      ObjectName bean = names.get(task);
      return bean != null && registry.isRegistered(bean) ? bean : null;
    }
  }

  /** Returns the names of all beans. */
  ObjectName[] names() {
    synchronized (names) {
      return names.values().stream().filter(registry::isRegistered).toArray(ObjectName[]::new);
    }
  }
}
