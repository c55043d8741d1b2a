// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.Attribute;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * An MBean of another process.
 *
 * <p>What the bean refuses is a {@link CommandException} with its words, and so is the end of the
 * store or of the process.
 */
record ManagedBean(MBeanServerConnection connection, ObjectName name) {

  /** What is asked of a bean. */
  private interface Request<T> {
    T send() throws JMException, IOException;
  }

  /** Returns what kind of bean it is, such as {@code Store}. */
  String type() {
    return name.getKeyProperty("type");
  }

  MBeanInfo info() {
    return ask(() -> connection.getMBeanInfo(name));
  }

  /** Reads attributes, all of one moment; those that the bean does not have are left out. */
  Attributes read(String... attributes) {
    Map<String, Object> values = new HashMap<>();
    for (Attribute attribute : ask(() -> connection.getAttributes(name, attributes)).asList()) {
      values.put(attribute.getName(), attribute.getValue());
    }
    return new Attributes(values);
  }

  void set(String attribute, Object value) {
    ask(
        () -> {
          connection.setAttribute(name, new Attribute(attribute, value));
          return true;
        });
  }

  /** Calls an operation whose parameters are texts. */
  @Nullable Object invoke(MBeanOperationInfo operation, List<String> arguments) {
    String[] types = new String[arguments.size()];
    MBeanParameterInfo[] parameters = operation.getSignature();
    for (int i = 0; i < types.length; i++) {
      types[i] = parameters[i].getType();
    }
    return invoke(operation.getName(), arguments.toArray(), types);
  }

  /** Calls an operation that has no parameters. */
  @Nullable Object invoke(String operation) {
    return invoke(operation, new Object[0], new String[0]);
  }

  /** Calls an operation whose parameter is a number. */
  @Nullable Object invoke(String operation, long argument) {
    return invoke(operation, new Object[] {argument}, new String[] {long.class.getName()});
  }

  private @Nullable Object invoke(String operation, Object[] arguments, String[] types) {
    return this.<@Nullable Object>ask(() -> connection.invoke(name, operation, arguments, types));
  }

  private <T extends @Nullable Object> T ask(Request<T> request) {
    try {
      return request.send();
    } catch (InstanceNotFoundException e) {
      throw CommandException.failed(name + " is there no longer: the store was closed", e);
    } catch (IOException e) {
      throw CommandException.failed("the connection is lost; the process may have ended", e);
    } catch (JMException | JMRuntimeException e) {
      throw refused(e);
    }
  }

  private static CommandException refused(Exception e) {
    Throwable reason = e;
    while (reason.getCause() != null
        && (reason instanceof JMException || reason instanceof JMRuntimeException)) {
      reason = reason.getCause();
    }
    String message = String.valueOf(reason.getMessage());
    boolean callers =
        reason instanceof IllegalArgumentException
            || reason instanceof UnsupportedOperationException;
    return callers ? CommandException.usage(message, e) : CommandException.failed(message, e);
  }
}
