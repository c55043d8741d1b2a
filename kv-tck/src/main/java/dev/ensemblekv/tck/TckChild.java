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
  static final String HOLD = "hold";
  static final String WRITE = "write";
  static final String FILL = "fill";
  static final String FAIL = "fail";
  static final String EXHAUST = "exhaust";

  /** What it writes when it has opened a store to hold. */
  static final String OPENED = "opened";

  /** What it writes to its error output before it ends by a failure. */
  static final String FAILED = "the store failed the child process:";

  private TckChild() {}

  /**
   * Does one of the commands:
   *
   * <pre>{@code
   * hold directory                       opens a store and holds it until the input ends
   * write directory progress seed life hurried
   *                                      opens a store and writes; then waits for the end of the input
   * fill directory ballast               fills the file system of a store; see FullFileSystem
   * fail directory other                 waits for the end of the input and writes until the disk
   *                                      fails; see FailingDisk
   * exhaust directory                    opens all files that it may; see HandleExhaustion
   * }</pre>
   *
   * @param args the test class, the command, and what that takes
   */
  public static void main(String[] args) throws Exception {
    try {
      KvStoreTck tck = instance(Class.forName(args[0]));
      Path directory = Path.of(args[2]);
      switch (args[1]) {
        case HOLD -> {
          KvStore store = tck.open(directory, tck.options());
          tell(OPENED);
          awaitEndOfInput();
          store.close();
        }
        case WRITE -> {
          WriterProgress progress = WriterProgress.in(Path.of(args[3]));
          long seed = Long.parseLong(args[4]);
          int life = Integer.parseInt(args[5]);
          int hurried = Integer.parseInt(args[6]);
          new Writer(tck, directory, progress, seed, life, hurried, TckChild::fail).run();
          awaitEndOfInput();
        }
        case FILL -> new FullFileSystem(tck, directory, Path.of(args[3])).run();
        case FAIL -> {
          warmUp(tck, Path.of(args[3]));
          tell(OPENED);
          awaitEndOfInput();
          String outcome = FailingDisk.run(tck, directory).line();
          tell(outcome);
          tell(outcome); // the first attempt may be the one that fails
        }
        case EXHAUST -> new HandleExhaustion(tck, directory).run();
        default -> throw new IllegalArgumentException(args[1]);
      }
    } catch (Exception | Error e) {
      fail(e);
    }
  }

  /** Uses another store, so that native libraries and classes are there when calls fail. */
  private static void warmUp(KvStoreTck tck, Path directory) {
    try (KvStore store = tck.open(directory, tck.options())) {
      FailingDisk.prepare(store);
    }
  }

  private static void tell(String line) {
    new PrintStream(System.out, true, StandardCharsets.UTF_8).println(line);
  }

  /** Ends the process, whatever the store's threads do. */
  private static void fail(Throwable e) {
    System.err.println(FAILED);
    e.printStackTrace();
    Runtime.getRuntime().halt(1);
  }

  private static void awaitEndOfInput() throws IOException {
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
