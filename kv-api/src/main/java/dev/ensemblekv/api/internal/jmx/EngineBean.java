// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.InvalidAttributeValueException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.ReflectionException;
import javax.management.openmbean.OpenMBeanAttributeInfoSupport;
import javax.management.openmbean.SimpleType;
import org.jspecify.annotations.Nullable;

/**
 * The figures of an engine as attributes, each described by its metric; of an ensemble those of all
 * substores together. What the backend itself brings under the same type is a part of it.
 */
final class EngineBean implements DynamicMBean {
  private final String type;
  private final Snapshot snapshot;
  private final Set<String> framework;
  private final @Nullable DescribedBean own;

  /**
   * Creates the bean.
   *
   * @param framework names of figures that are not of the engine
   * @param own what the backend brings
   */
  EngineBean(String type, Snapshot snapshot, Set<String> framework, @Nullable DescribedBean own) {
    this.type = type;
    this.snapshot = snapshot;
    this.framework = framework;
    this.own = own;
  }

  /** Returns the figures by the names of their attributes. */
  private Map<String, KvMetric> figures() {
    KvStats stats = snapshot.stats();
    List<KvStats> stores = stats.substores().isEmpty() ? List.of(stats) : stats.substores();
    Map<String, KvMetric> figures = new TreeMap<>();
    for (KvStats store : stores) {
      for (KvMetric metric : store.metrics()) {
        if (!framework.contains(metric.name())) {
          figures.merge(attribute(metric.name()), metric, KvMetric::and);
        }
      }
    }
    return figures;
  }

  private static String attribute(String metric) {
    return metric.substring(0, 1).toUpperCase(Locale.ROOT) + metric.substring(1);
  }

  private static Object value(KvMetric metric) {
    return isWhole(metric) ? (Object) metric.asLong() : (Object) metric.value();
  }

  private static boolean isWhole(KvMetric metric) {
    return metric.unit() != KvMetric.Unit.RATIO;
  }

  private boolean isOwn(String attribute) {
    return own != null
        && Arrays.stream(own.getMBeanInfo().getAttributes())
            .anyMatch(info -> info.getName().equals(attribute));
  }

  private DescribedBean own(String name) {
    DescribedBean bean = own;
    if (bean == null) {
      throw new IllegalArgumentException("there is no operation or writable attribute " + name);
    }
    return bean;
  }

  @Override
  public Object getAttribute(String attribute)
      throws AttributeNotFoundException, MBeanException, ReflectionException {
    if (isOwn(attribute)) {
      return own(attribute).getAttribute(attribute);
    }
    KvMetric metric = figures().get(attribute);
    if (metric == null) {
      throw new AttributeNotFoundException("there is no attribute " + attribute);
    }
    return value(metric);
  }

  @Override
  public AttributeList getAttributes(String[] attributes) {
    Map<String, KvMetric> figures = figures();
    AttributeList values = new AttributeList();
    List<String> others = new ArrayList<>();
    for (String attribute : attributes) {
      KvMetric metric = figures.get(attribute);
      if (metric == null) {
        others.add(attribute);
      } else {
        values.add(new Attribute(attribute, value(metric)));
      }
    }
    if (own != null) {
      values.addAll(own.getAttributes(others.toArray(String[]::new)));
    }
    return values;
  }

  @Override
  public void setAttribute(Attribute attribute)
      throws AttributeNotFoundException,
          InvalidAttributeValueException,
          MBeanException,
          ReflectionException {
    own(attribute.getName()).setAttribute(attribute);
  }

  @Override
  public AttributeList setAttributes(AttributeList attributes) {
    return own == null ? new AttributeList() : own.setAttributes(attributes);
  }

  @Override
  public @Nullable Object invoke(
      String operation, Object @Nullable [] arguments, String @Nullable [] signature)
      throws MBeanException, ReflectionException {
    return own(operation).invoke(operation, arguments, signature);
  }

  /** Returns what there is now: an engine may come to tell more while it is open. */
  @Override
  public MBeanInfo getMBeanInfo() {
    List<MBeanAttributeInfo> attributes = new ArrayList<>();
    MBeanOperationInfo[] operations = {};
    if (own != null) {
      attributes.addAll(List.of(own.getMBeanInfo().getAttributes()));
      operations = own.getMBeanInfo().getOperations();
    }
    figures().forEach((name, metric) -> attributes.add(info(name, metric)));
    return new MBeanInfo(
        EngineBean.class.getName(),
        "Figures of the engine (" + type + "); of an ensemble those of all substores together.",
        attributes.toArray(MBeanAttributeInfo[]::new),
        null,
        operations,
        null);
  }

  private static MBeanAttributeInfo info(String name, KvMetric metric) {
    return new OpenMBeanAttributeInfoSupport(
        name,
        metric.describe(),
        isWhole(metric) ? SimpleType.LONG : SimpleType.DOUBLE,
        true,
        false,
        false);
  }
}
