// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.jmx.Description;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.InvalidAttributeValueException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.ReflectionException;
import javax.management.StandardMBean;
import org.jspecify.annotations.Nullable;

/**
 * An MXBean that shows the texts of {@link Description} on its interface, answers a request for
 * several attributes from one {@link Snapshot}, and throws what any client can read.
 */
class DescribedBean extends StandardMBean {
  /** What describes beans, by their implementation and view: it is the same for all such. */
  private static final ClassValue<ConcurrentMap<Class<?>, MBeanInfo>> INFOS =
      new ClassValue<>() {
        @Override
        protected ConcurrentMap<Class<?>, MBeanInfo> computeValue(Class<?> implementation) {
          return new ConcurrentHashMap<>();
        }
      };

  private final Class<?> view;
  private final Snapshot snapshot;

  @SuppressWarnings("unchecked") // the implementation is checked to be of the interface
  DescribedBean(Object implementation, Class<?> view, Snapshot snapshot) {
    super(implementation, (Class<Object>) view, true);
    this.view = view;
    this.snapshot = snapshot;
  }

  /** Returns the attributes by their names: reflection has them in no order at all. */
  @Override
  public MBeanInfo getMBeanInfo() {
    return INFOS.get(getImplementationClass()).computeIfAbsent(view, key -> describe());
  }

  private MBeanInfo describe() {
    MBeanInfo info = super.getMBeanInfo();
    MBeanAttributeInfo[] attributes = info.getAttributes();
    Arrays.sort(attributes, Comparator.comparing(MBeanAttributeInfo::getName));
    return new MBeanInfo(
        info.getClassName(),
        info.getDescription(),
        attributes,
        info.getConstructors(),
        info.getOperations(),
        info.getNotifications(),
        info.getDescriptor());
  }

  @Override
  protected String getDescription(MBeanInfo info) {
    Description description = view.getAnnotation(Description.class);
    return description == null ? super.getDescription(info) : description.value();
  }

  @Override
  protected String getDescription(MBeanAttributeInfo info) {
    String name = info.getName();
    return method("get" + name)
        .or(() -> method("is" + name))
        .or(() -> method("set" + name))
        .map(method -> method.getAnnotation(Description.class))
        .map(Description::value)
        .orElseGet(() -> super.getDescription(info));
  }

  @Override
  protected String getDescription(MBeanOperationInfo info) {
    return method(info)
        .map(method -> method.getAnnotation(Description.class))
        .map(Description::value)
        .orElseGet(() -> super.getDescription(info));
  }

  @Override
  protected String getParameterName(MBeanOperationInfo of, MBeanParameterInfo info, int sequence) {
    return parameter(of, sequence)
        .map(Description::name)
        .filter(name -> !name.isEmpty())
        .orElseGet(() -> super.getParameterName(of, info, sequence));
  }

  @Override
  protected String getDescription(MBeanOperationInfo of, MBeanParameterInfo info, int sequence) {
    return parameter(of, sequence)
        .map(Description::value)
        .orElseGet(() -> super.getDescription(of, info, sequence));
  }

  private Optional<Description> parameter(MBeanOperationInfo of, int sequence) {
    return method(of)
        .map(method -> method.getParameters()[sequence])
        .map((Parameter parameter) -> parameter.getAnnotation(Description.class));
  }

  private Optional<Method> method(MBeanOperationInfo info) {
    return Arrays.stream(view.getMethods())
        .filter(method -> method.getName().equals(info.getName()))
        .filter(method -> method.getParameterCount() == info.getSignature().length)
        .findFirst();
  }

  private Optional<Method> method(String name) {
    return Arrays.stream(view.getMethods())
        .filter(method -> method.getName().equals(name))
        .findFirst();
  }

  @Override
  public Object getAttribute(String attribute)
      throws AttributeNotFoundException, MBeanException, ReflectionException {
    try {
      return super.getAttribute(attribute);
    } catch (RuntimeException e) {
      throw PlainFailure.of(e);
    }
  }

  @Override
  public AttributeList getAttributes(String[] attributes) {
    return snapshot.during(() -> super.getAttributes(attributes));
  }

  @Override
  public void setAttribute(Attribute attribute)
      throws AttributeNotFoundException,
          InvalidAttributeValueException,
          MBeanException,
          ReflectionException {
    try {
      super.setAttribute(attribute);
    } catch (RuntimeException e) {
      throw PlainFailure.of(e);
    }
  }

  @Override
  public @Nullable Object invoke(
      String operation, Object @Nullable [] arguments, String @Nullable [] signature)
      throws MBeanException, ReflectionException {
    if (arguments != null && Arrays.asList(arguments).contains(null)) {
      throw new IllegalArgumentException("an argument of " + operation + " is missing");
    }
    try {
      return super.invoke(operation, arguments, signature);
    } catch (RuntimeException e) {
      throw PlainFailure.of(e);
    }
  }
}
