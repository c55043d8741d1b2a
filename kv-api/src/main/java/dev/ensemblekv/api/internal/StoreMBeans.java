// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStoreMXBean;
import java.lang.management.ManagementFactory;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registration of one store with the platform's MBean server. Two stores of one name are told
 * apart by the store id. Failing to register never fails the store: it is logged.
 */
@SuppressWarnings("JdkObsolete") // the constructor of ObjectName takes a Hashtable
final class StoreMBeans {
  private static final Logger LOG = LoggerFactory.getLogger(StoreMBeans.class);
  private static final String DOMAIN = "dev.ensemblekv";
  private static final Pattern PLAIN = Pattern.compile("[^,=:\"*?\\n]+");

  private @Nullable ObjectName registered;

  /** Registers a store that a user opened. */
  void register(KvStore store, String name, String id) {
    register(store, new Hashtable<>(Map.of("store", quoted(name))), id);
  }

  /** Registers a substore of such a store. */
  void registerSubstore(KvStore store, String outerName, String name, String id) {
    register(
        store, new Hashtable<>(Map.of("store", quoted(outerName), "substore", quoted(name))), id);
  }

  private void register(KvStore store, Hashtable<String, String> keys, String id) {
    keys.put("type", "Store");
    try {
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      StandardMBean bean = new StandardMBean(new View(store), KvStoreMXBean.class, true);
      ObjectName plain = new ObjectName(DOMAIN, keys);
      try {
        server.registerMBean(bean, plain);
        registered = plain;
      } catch (InstanceAlreadyExistsException e) {
        keys.put("id", id);
        ObjectName unique = new ObjectName(DOMAIN, keys);
        server.registerMBean(bean, unique);
        registered = unique;
      }
    } catch (JMException | RuntimeException e) {
      LOG.warn("{} cannot be registered with JMX", keys, e);
    }
  }

  void unregister() {
    ObjectName name = registered;
    if (name != null) {
      registered = null;
      try {
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
      } catch (JMException | RuntimeException e) {
        LOG.warn("{} cannot be unregistered from JMX", name, e);
      }
    }
  }

  private static String quoted(String name) {
    return PLAIN.matcher(name).matches() ? name : ObjectName.quote(name);
  }

  /** The attributes of a store. */
  private static final class View implements KvStoreMXBean {
    private final KvStore store;

    View(KvStore store) {
      this.store = store;
    }

    @Override
    public String getName() {
      return store.stats().name();
    }

    @Override
    public String getSpec() {
      return store.stats().spec();
    }

    @Override
    public String getState() {
      return store.stats().state().name();
    }

    @Override
    public String getProblem() {
      return store.stats().problem().orElse("");
    }

    @Override
    public String[] getFeatures() {
      return store.features().stream().map(Enum::name).toArray(String[]::new);
    }

    @Override
    public Map<String, Double> getMetrics() {
      Map<String, Double> values = new LinkedHashMap<>();
      store.stats().metrics().forEach(metric -> values.put(metric.name(), metric.value()));
      return values;
    }

    @Override
    public Map<String, String> getMetricTexts() {
      Map<String, String> texts = new LinkedHashMap<>();
      store.stats().metrics().forEach(metric -> texts.put(metric.name(), describe(metric)));
      return texts;
    }

    private static String describe(KvMetric metric) {
      return metric.text()
          + " ("
          + metric.unit().name().toLowerCase(Locale.ROOT)
          + ", "
          + metric.precision().name().toLowerCase(Locale.ROOT).replace('_', ' ')
          + ")";
    }

    @Override
    public Map<String, String> getFacts() {
      return store.stats().facts();
    }

    @Override
    public int getSubstoreCount() {
      KvStats stats = store.stats();
      return stats.substores().size();
    }

    @Override
    public void flush() {
      store.flush();
    }
  }
}
