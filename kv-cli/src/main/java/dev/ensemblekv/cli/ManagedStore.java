// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * A store that another process has open, by its beans; those of its substores are not among them.
 *
 * @param name the name of the store
 * @param id its id, if another store of the process has the same name; else empty
 * @param beans all but those of tasks, the one that every store has first
 */
record ManagedStore(String name, String id, List<ManagedBean> beans) {
  private static final String LATENCY = "Latency";

  /** Orders stores by name and id. */
  static final Comparator<ManagedStore> ORDER =
      Comparator.comparing(ManagedStore::name).thenComparing(ManagedStore::id);

  /** Returns the name of the store that a bean tells of. */
  static String nameOf(ObjectName bean) {
    String name = bean.getKeyProperty("store");
    return name.startsWith("\"") ? ObjectName.unquote(name) : name;
  }

  /** Returns the id in a bean's name, or nothing. */
  static String idOf(ObjectName bean) {
    String id = bean.getKeyProperty("id");
    return id == null ? "" : id;
  }

  /** Tells whether a word on the command line means this store. */
  boolean isCalled(String word) {
    return word.equals(word());
  }

  /** Returns the word that means this store on the command line. */
  String word() {
    return id.isEmpty() ? name : id;
  }

  /** Returns that word, and the name where it is another. */
  String title() {
    return id.isEmpty() ? name : id + " (" + name + ")";
  }

  /** Returns the bean that every store has. */
  ManagedBean store() {
    return beans.get(0);
  }

  /** Returns the beans of which there is one of their type: all but those of operations. */
  List<ManagedBean> single() {
    return beans.stream().filter(bean -> !bean.type().equals(LATENCY)).toList();
  }

  /** Returns the bean of a type, of which the store has one at most. */
  Optional<ManagedBean> bean(String type) {
    return beans.stream().filter(bean -> bean.type().equals(type)).findFirst();
  }

  /** Returns the beans of the operations, in the order of their names. */
  List<ManagedBean> latencies() {
    return beans.stream().filter(bean -> bean.type().equals(LATENCY)).toList();
  }

  /** Returns the beans of the tasks under way and of the last that ended. */
  List<ManagedBean> tasks() {
    Object names = store().read("Tasks").value("Tasks");
    return names instanceof ObjectName[] tasks
        ? Stream.of(tasks).map(this::task).toList()
        : List.of();
  }

  /** Returns the bean of a task, given the number. */
  ManagedBean task(String number) {
    return tasks().stream()
        .filter(task -> number.equals(task.name().getKeyProperty("task")))
        .findFirst()
        .orElseThrow(() -> CommandException.usage(this + " has no task " + number));
  }

  /** Returns the bean that an operation named as its task, if it did. */
  @Nullable ManagedBean startedBy(@Nullable Object result) {
    return result instanceof ObjectName task ? task(task) : null;
  }

  private ManagedBean task(ObjectName task) {
    return new ManagedBean(store().connection(), task);
  }

  @Override
  public String toString() {
    return "store '" + word() + "'";
  }
}
