// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.VirtualMachine;
import dev.ensemblekv.it.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServerConnection;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** A {@link StoreHost} in a process of its own, and the JMX connection to it by local attach. */
final class RemoteHost implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 300;

  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;
  private final JMXConnector connector;

  RemoteHost(Path directory) throws Exception {
    process =
        new ProcessBuilder(
                ChildProcess.javaCommand(),
                "-cp",
                System.getProperty("java.class.path"),
                StoreHost.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    orders = process.outputWriter(StandardCharsets.UTF_8);
    try {
      awaitDone();
      connector = JMXConnectorFactory.connect(new JMXServiceURL(attach(process.pid())));
    } catch (Exception | AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static String attach(long pid) throws Exception {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
    try {
      return machine.startLocalManagementAgent();
    } finally {
      machine.detach();
    }
  }

  private void awaitDone() throws IOException {
    assertThat(answers.readLine()).isEqualTo("done");
  }

  /** Has the process do something, and waits until it is done. */
  void order(String line) throws IOException {
    orders.write(line + "\n");
    orders.flush();
    awaitDone();
  }

  MBeanServerConnection connection() throws IOException {
    return connector.getMBeanServerConnection();
  }

  Set<ObjectName> names(String pattern) throws Exception {
    return connection().queryNames(new ObjectName(pattern), null);
  }

  /** Receives the notifications of a bean from now on. */
  Notifications listen(ObjectName bean) throws Exception {
    Notifications received = new Notifications();
    connection()
        .addNotificationListener(
            bean, (notification, handback) -> received.queue.add(notification), null, null);
    return received;
  }

  /** What was received. */
  static final class Notifications {
    private final BlockingQueue<Notification> queue = new LinkedBlockingQueue<>();

    /** Waits for a notification of a type; those that come before it are forgotten. */
    Notification await(String type) throws InterruptedException {
      while (true) {
        Notification next = queue.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as(type).isNotNull();
        if (next.getType().equals(type)) {
          return next;
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      connector.close();
    } finally {
      process.destroyForcibly();
    }
  }
}
