// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beans of one store in the platform's MBean server. What cannot be registered or unregistered
 * is logged and changes nothing else: a store is not to fail for how it is shown. Thread-safe.
 */
final class BeanRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(BeanRegistry.class);

  /** The last one registered is the first to go. */
  private final Deque<ObjectName> registered = new ArrayDeque<>();

  private boolean closed;

  /** Makes a name; so that a bad one is treated like a server that does not work. */
  @FunctionalInterface
  interface Naming {
    ObjectName name() throws JMException;
  }

  /** Registers a bean, unless the name is taken; returns whether it was free. */
  synchronized boolean registerIfFree(Object bean, Naming naming) {
    try {
      register(bean, naming.name());
      return true;
    } catch (InstanceAlreadyExistsException e) {
      return false;
    } catch (JMException | RuntimeException | LinkageError e) {
      LOG.warn("a bean cannot be registered with JMX", e);
      return true;
    }
  }

  /** Registers a bean. */
  synchronized void register(Object bean, Naming naming) {
    if (!registerIfFree(bean, naming)) {
      LOG.warn("a bean cannot be registered with JMX: its name is taken");
    }
  }

  private void register(Object bean, ObjectName name) throws JMException {
    if (!closed) {
      ManagementFactory.getPlatformMBeanServer().registerMBean(bean, name);
      registered.addFirst(name);
    }
  }

  /** Tells whether a bean was registered and has not been unregistered by this. */
  synchronized boolean isRegistered(ObjectName name) {
    return registered.contains(name);
  }

  /** Unregisters a bean, if it was registered. */
  synchronized void unregister(ObjectName name) {
    if (registered.remove(name)) {
      try {
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
      } catch (JMException | RuntimeException | LinkageError e) {
        LOG.warn("{} cannot be unregistered from JMX", name, e);
      }
    }
  }

  /** Unregisters all beans and registers no more. */
  synchronized void close() {
    closed = true;
    while (!registered.isEmpty()) {
      unregister(registered.getFirst());
    }
  }
}
