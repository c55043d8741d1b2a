// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The engine with a fault in it: one of its sources is compiled with some text replaced, and loaded
 * with the rest of the package beside the sound one. So the engine itself needs no switches.
 */
final class Mutant extends ClassLoader {
  private static final List<Path> SOURCES =
      List.of(
          Path.of("src/main/java/dev/ensemblekv/extent"),
          Path.of("../kv-api/src/main/java/dev/ensemblekv/api/internal"),
          Path.of("../kv-api/src/main/java/dev/ensemblekv/spi"));
  private static final String PROJECT = "dev.ensemblekv.";
  private static final String PACKAGE = Mutant.class.getPackageName() + ".";
  private static final List<String> WOVEN =
      List.of(PACKAGE, PROJECT + "api.internal.", PROJECT + "spi.GroupLock");
  private static final Set<String> NEVER_WOVEN =
      Set.of(PACKAGE + "LittleEndian", PACKAGE + "Turns", PACKAGE + "Weaver");

  private final @Nullable Path classes;
  private final @Nullable Weaver weaver;
  private final String ownPackages;

  private Mutant(@Nullable Path classes, boolean takesTurns) {
    super(Mutant.class.getClassLoader());
    this.classes = classes;
    this.weaver = takesTurns ? new Weaver(this::find) : null;
    this.ownPackages = takesTurns ? PROJECT : PACKAGE;
  }

  /** Returns the engine without a fault, whose threads take {@link Turns}. */
  static Mutant soundTakingTurns() {
    return new Mutant(null, true);
  }

  /** Returns the same, whose threads take {@link Turns}. */
  Mutant takingTurns() {
    return new Mutant(classes, true);
  }

  /**
   * Compiles the engine with some text of one source replaced.
   *
   * @param scratch an empty directory
   * @throws AssertionError if the text is not there just once
   */
  static Mutant of(Path scratch, String className, String text, String replacement) {
    try {
      String source = Files.readString(source(className));
      int at = source.indexOf(text);
      if (at < 0 || source.indexOf(text, at + 1) >= 0) {
        throw new AssertionError(
            className + " has changed: it must have this once, to be made faulty: " + text);
      }
      Path changed = scratch.resolve(className + ".java");
      Files.writeString(changed, source.replace(text, replacement));
      compile(changed, scratch);
      return new Mutant(scratch, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path source(String className) {
    return SOURCES.stream()
        .map(directory -> directory.resolve(className + ".java"))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no source of " + className));
  }

  private static void compile(Path source, Path classes) {
    StringWriter messages = new StringWriter();
    PrintWriter printer = new PrintWriter(messages);
    int result =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                printer,
                printer,
                "-proc:none",
                "-nowarn",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                source.toString());
    if (result != 0) {
      throw new AssertionError("the fault does not compile: " + messages);
    }
  }

  /** Makes an object of a class of the package, which sees the engine with the fault. */
  <T> T make(Class<? extends T> of, Class<T> as, Object... arguments) {
    try {
      Constructor<?> constructor = loadClass(of.getName()).getDeclaredConstructors()[0];
      constructor.setAccessible(true);
      return as.cast(constructor.newInstance(arguments));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the faulty engine does not load", e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      if (!name.startsWith(ownPackages)) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte[] bytes = bytes(name);
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  private byte[] bytes(String name) throws ClassNotFoundException {
    byte[] bytes;
    try {
      bytes = find(name.replace('.', '/'));
    } catch (UncheckedIOException e) {
      throw new ClassNotFoundException(name, e);
    }
    boolean isWoven =
        WOVEN.stream().anyMatch(name::startsWith)
            && !NEVER_WOVEN.contains(name.replaceFirst("\\$.*", ""));
    return weaver != null && isWoven ? weaver.weave(bytes) : bytes;
  }

  private byte[] find(String internalName) {
    String file = internalName + ".class";
    try {
      if (classes != null && Files.exists(classes.resolve(file))) {
        return Files.readAllBytes(classes.resolve(file));
      }
      try (InputStream in = getParent().getResourceAsStream(file)) {
        if (in == null) {
          throw new FileNotFoundException(file);
        }
        return in.readAllBytes();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
