// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Another JVM of the same user on this machine, attached to, so that no port has to be open. */
final class ManagedJvm implements AutoCloseable {
  private static final String BEANS = "dev.ensemblekv:*";

  private final long pid;
  private final JMXConnector connector;
  private final MBeanServerConnection connection;

  private ManagedJvm(long pid, JMXConnector connector, MBeanServerConnection connection) {
    this.pid = pid;
    this.connector = connector;
    this.connection = connection;
  }

  /**
   * Attaches to a process.
   *
   * @throws CommandException if it is no JVM of this user, or cannot be attached to
   */
  @SuppressWarnings("BanJNDI") // the URL is what this process was told by attaching
  static ManagedJvm attach(long pid) {
    if (!isJvm(pid)) {
      throw CommandException.failed(
          "process " + pid + " is no JVM of this user on this machine; 'jps -l' lists those");
    }
    try {
      JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address(pid)));
      return new ManagedJvm(pid, connector, connector.getMBeanServerConnection());
    } catch (IOException | AttachNotSupportedException e) {
      throw CommandException.failed(
          "process " + pid + " cannot be attached to: " + e.getMessage(), e);
    }
  }

  /** Attaching begins with a signal, which ends a process that is not a JVM. */
  private static boolean isJvm(long pid) {
    String id = Long.toString(pid);
    return VirtualMachine.list().stream().anyMatch(machine -> machine.id().equals(id));
  }

  private static String address(long pid) throws IOException, AttachNotSupportedException {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
    try {
      return machine.startLocalManagementAgent();
    } finally {
      machine.detach();
    }
  }

  /** Returns the stores that are open, in order. */
  List<ManagedStore> stores() {
    TreeMap<ManagedStore, List<ManagedBean>> stores = new TreeMap<>(ManagedStore.ORDER);
    for (ObjectName name : names()) {
      if (name.getKeyProperty("substore") == null && !name.getKeyProperty("type").equals("Task")) {
        ManagedStore store =
            new ManagedStore(ManagedStore.nameOf(name), ManagedStore.idOf(name), List.of());
        stores
            .computeIfAbsent(store, key -> new ArrayList<>())
            .add(new ManagedBean(connection, name));
      }
    }
    List<ManagedStore> complete = new ArrayList<>();
    stores.forEach((store, beans) -> addIfOpen(complete, store, beans));
    return complete;
  }

  /** A store may be half way through its closing. */
  private static void addIfOpen(
      List<ManagedStore> stores, ManagedStore store, List<ManagedBean> beans) {
    beans.sort(
        Comparator.comparing((ManagedBean bean) -> !bean.type().equals("Store"))
            .thenComparing(bean -> bean.name().getCanonicalName()));
    if (beans.get(0).type().equals("Store")) {
      stores.add(new ManagedStore(store.name(), store.id(), List.copyOf(beans)));
    }
  }

  private Set<ObjectName> names() {
    try {
      return connection.queryNames(new ObjectName(BEANS), null);
    } catch (IOException e) {
      throw CommandException.failed("the connection is lost; the process may have ended", e);
    } catch (MalformedObjectNameException e) {
      throw new IllegalStateException("the pattern is well-formed", e);
    }
  }

  /** Returns the only store of some. */
  ManagedStore only(List<ManagedStore> stores) {
    if (stores.isEmpty()) {
      throw noStore();
    }
    if (stores.size() > 1) {
      throw CommandException.usage(
          "process " + pid + " has several stores, name one: " + titles(stores));
    }
    return stores.get(0);
  }

  /** Returns the store of some that a word means. */
  ManagedStore store(List<ManagedStore> stores, String word) {
    if (stores.isEmpty()) {
      throw noStore();
    }
    return stores.stream()
        .filter(store -> store.isCalled(word))
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.usage(
                    "process " + pid + " has no store '" + word + "', but " + titles(stores)));
  }

  CommandException noStore() {
    return CommandException.failed("process " + pid + " has no store open");
  }

  private static String titles(List<ManagedStore> stores) {
    return stores.stream().map(ManagedStore::title).collect(Collectors.joining(", "));
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      throw CommandException.failed("the connection could not be closed: " + e.getMessage(), e);
    }
  }
}
