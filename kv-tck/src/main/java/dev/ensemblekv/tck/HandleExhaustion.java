// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a process that may have no more files open does to a store. */
final class HandleExhaustion {
  /** So many files a process may have open that is to run out of them soon. */
  static final int MOST_FILES = 512;

  private static final int MOST_FREE = 12;
  private static final int ROUNDS = 4;
  private static final int VALUE_BYTES = 100_000;

  private final KvStoreTck tck;
  private final Path directory;
  private final List<FileInputStream> held = new ArrayList<>();
  private final Map<ByteString, ByteString> expected = new TreeMap<>();
  private int next;

  HandleExhaustion(KvStoreTck tck, Path directory) {
    this.tck = tck;
    this.directory = directory;
  }

  void run() throws Exception {
    loadClasses();
    work(directory.resolveSibling("other")); // so that everything was used once
    try (KvStore store = open()) {
      write(store);
    }
    for (int free = 0; free <= MOST_FREE; free++) {
      openWith(free);
    }
    workWithout();
  }

  private void work(Path other) {
    try (KvStore store = tck.open(other, tck.options())) {
      store.put(Chapter.key(0), value(0));
      store.flush();
      Chapter.contents(store);
      store.verify().result();
    }
  }

  /**
   * Loads all classes that lie in directories, and has all archives opened: a class loader needs
   * files too, and a class that it could not find once it never finds again.
   */
  private static void loadClasses() throws IOException {
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      Path root = Path.of(entry);
      if (Files.isDirectory(root)) {
        try (Stream<Path> files = Files.walk(root)) {
          files
              .map(file -> root.relativize(file).toString())
              .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
              .forEach(name -> load(name.substring(0, name.lastIndexOf('.')).replace('/', '.')));
        }
      }
    }
    load("no.such.Name");
  }

  private static void load(String name) {
    try {
      Class.forName(name, false, HandleExhaustion.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      // Nobody can use it, then.
    }
  }

  private KvStore open() {
    return tck.open(directory, tck.options());
  }

  /** Opens the store when so many files can be opened; whatever comes of it, nothing is lost. */
  private void openWith(int free) throws IOException {
    exhaust(free);
    KvStore store = null;
    try {
      store = open();
    } catch (KvException e) {
      assertThat(e.getMessage()).as("what opening says with %d files left", free).isNotBlank();
    } finally {
      release();
    }
    if (store != null) {
      AfterFailure.attempt(store::close); // what it did by itself without files may have failed
    }
    check("after opening with " + free + " files left");
  }

  /** Goes on with an open store when no file can be opened. */
  private void workWithout() throws IOException {
    KvStore store = open();
    exhaust(0);
    KvException failure = null;
    try {
      for (int i = 0; i < ROUNDS && failure == null; i++) {
        failure = AfterFailure.attempt(() -> write(store));
      }
      AfterFailure.attempt(() -> Chapter.contents(store));
      AfterFailure.attempt(() -> store.verify().result());
      store.stats();
    } finally {
      release();
    }
    expected.forEach((key, value) -> Chapter.assertValue(store, key.toArray(), value.toArray()));
    KvException last = AfterFailure.attempt(() -> write(store));
    KvException closing = AfterFailure.attempt(store::close);
    assertThat(closing == null || failure != null || last != null)
        .as("a store that was never refused anything closes: %s", closing)
        .isTrue();
    check("after working without files, the failures being " + failure + " and " + last);
  }

  /** Puts the next value and flushes; then it must be there. */
  private void write(KvStore store) {
    byte[] key = Chapter.key(next);
    byte[] value = value(next);
    next++;
    store.put(key, value);
    store.flush();
    expected.put(ByteString.of(key), ByteString.of(value));
  }

  private static byte[] value(int number) {
    return Chapter.bytes("%d %s".formatted(number, "x".repeat(VALUE_BYTES)));
  }

  /** Checks with files enough what is there, and that the store takes another write. */
  private void check(String when) {
    try (KvStore store = open()) {
      Map<ByteString, ByteString> found = Chapter.contents(store);
      found.keySet().removeIf(key -> !expected.containsKey(key)); // writes that were refused
      assertThat(found.keySet()).as(when).isEqualTo(expected.keySet());
      assertThat(found).as(when).isEqualTo(expected);
      write(store);
    }
  }

  private void exhaust(int free) throws IOException {
    IOException refused = null;
    while (refused == null) {
      refused = hold();
    }
    for (int i = 0; i < free; i++) {
      held.remove(held.size() - 1).close();
    }
  }

  private @Nullable IOException hold() {
    try {
      held.add(new FileInputStream("/dev/null"));
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private void release() throws IOException {
    for (FileInputStream each : held) {
      each.close();
    }
    held.clear();
  }
}
