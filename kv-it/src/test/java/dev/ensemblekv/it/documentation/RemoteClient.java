// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import dev.ensemblekv.api.jmx.StoreMXBean;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import javax.management.JMX;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import javax.rmi.ssl.SslRMIClientSocketFactory;

/**
 * Connects to a {@link RemoteStore} from a process of its own, as what it trusts is that of a
 * process, and tells what came of each attempt in a line.
 */
final class RemoteClient {
  private static final String REFUSED = "refused";

  private RemoteClient() {}

  /** Takes the port, then name and password of each attempt; empty: none are given. */
  public static void main(String[] arguments) throws Exception {
    for (int i = 1; i < arguments.length; i += 2) {
      System.out.println(attempt(arguments[0], arguments[i], arguments[i + 1]));
    }
  }

  @SuppressWarnings("BanJNDI") // the address is that of the test
  private static String attempt(String port, String name, String password) throws Exception {
    String address = RemoteSetup.ADDRESS + ":" + port;
    Map<String, Object> environment = new HashMap<>();
    environment.put("com.sun.jndi.rmi.factory.socket", new SslRMIClientSocketFactory());
    if (!name.isEmpty()) {
      environment.put(JMXConnector.CREDENTIALS, new String[] {name, password});
    }
    JMXServiceURL url = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://" + address + "/jmxrmi");
    try (JMXConnector connector = JMXConnectorFactory.connect(url, environment)) {
      ObjectName bean = new ObjectName("dev.ensemblekv:type=Store,store=music");
      StoreMXBean store =
          JMX.newMXBeanProxy(connector.getMBeanServerConnection(), bean, StoreMXBean.class);
      return store.getState() + ", flush " + flush(store);
    } catch (IOException e) {
      System.err.println(e);
      return "no connection";
    } catch (SecurityException e) {
      return REFUSED;
    }
  }

  private static String flush(StoreMXBean store) {
    try {
      store.flush();
      return "done";
    } catch (SecurityException e) {
      return REFUSED;
    }
  }
}
