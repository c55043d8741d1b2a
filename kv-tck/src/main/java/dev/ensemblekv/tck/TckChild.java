// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvStore;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What runs in another process, or behind another class loader: it makes an instance of the test
 * class and opens its store.
 */
final class TckChild {
  static final String OPENED = "opened";

  private TckChild() {}

  /**
   * Opens a store and holds it until the input ends, or writes to it until it is killed.
   *
   * @param args the test class, the directory, and for writing: the seed and the first step
   */
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    KvStoreTck tck = instance(Class.forName(args[0]));
    KvStore store = tck.open(Path.of(args[1]), tck.options());
    out.println(OPENED);
    if (args.length > 2) {
      KillScript script = new KillScript(Long.parseLong(args[2]));
      for (int step = Integer.parseInt(args[3]); step < Integer.MAX_VALUE; step++) {
        script.write(store, step);
        out.println(step);
      }
    }
    awaitEnd();
    store.close();
  }

  private static void awaitEnd() throws IOException {
    int read = 0;
    while (read >= 0) {
      read = System.in.read();
    }
  }

  /** Tries to open a store; returns the name of the class of what is thrown, and its message. */
  static String open(String testClass, String directory) {
    try {
      KvStoreTck tck = instance(Class.forName(testClass, true, TckChild.class.getClassLoader()));
      tck.open(Path.of(directory), tck.options()).close();
      return OPENED;
    } catch (Exception e) {
      return e.getClass().getName() + ": " + e.getMessage();
    }
  }

  private static KvStoreTck instance(Class<?> testClass) throws ReflectiveOperationException {
    Constructor<?> constructor = testClass.getDeclaredConstructor();
    constructor.setAccessible(true);
    return (KvStoreTck) constructor.newInstance();
  }
}
