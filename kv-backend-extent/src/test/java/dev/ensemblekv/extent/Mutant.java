// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The engine with a fault in it: one of its sources is compiled with some text replaced, and loaded
 * with the rest of the package beside the sound one. So the engine itself needs no switches.
 */
final class Mutant extends ClassLoader {
  private static final Path SOURCES = Path.of("src/main/java/dev/ensemblekv/extent");
  private static final String PACKAGE = Mutant.class.getPackageName() + ".";

  private final Map<String, byte[]> compiled;

  private Mutant(Map<String, byte[]> compiled) {
    super(Mutant.class.getClassLoader());
    this.compiled = compiled;
  }

  /**
   * Compiles the engine with some text of one source replaced.
   *
   * @throws AssertionError if the text is not there just once
   */
  static Mutant of(String className, String text, String replacement) {
    try {
      String source = Files.readString(SOURCES.resolve(className + ".java"));
      int at = source.indexOf(text);
      if (at < 0 || source.indexOf(text, at + 1) >= 0) {
        throw new AssertionError(
            className
                + " has changed: it must have this once, for a fault to be made of it: "
                + text);
      }
      return new Mutant(compile(className, source.replace(text, replacement)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, byte[]> compile(String className, String source) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavaFileManager collecting =
          new ForwardingJavaFileManager<JavaFileManager>(files) {
            @Override
            public JavaFileObject getJavaFileForOutput(
                Location location,
                String name,
                JavaFileObject.Kind kind,
                javax.tools.FileObject by) {
              ByteArrayOutputStream bytes = new ByteArrayOutputStream();
              classes.put(name, bytes);
              return new InMemory(name, kind, "", bytes);
            }
          };
      List<String> options =
          List.of("-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"));
      JavaFileObject unit =
          new InMemory(
              className, JavaFileObject.Kind.SOURCE, source, OutputStream.nullOutputStream());
      if (!compiler.getTask(messages, collecting, null, options, null, List.of(unit)).call()) {
        throw new AssertionError("the fault does not compile: " + messages);
      }
    }
    Map<String, byte[]> bytes = new HashMap<>();
    classes.forEach((name, stream) -> bytes.put(name, stream.toByteArray()));
    return bytes;
  }

  /** A source or a class that is no file. */
  private static final class InMemory extends SimpleJavaFileObject {
    private final String source;
    private final OutputStream bytes;

    InMemory(String name, Kind kind, String source, OutputStream bytes) {
      super(URI.create("memory:///" + name.replace('.', '/') + kind.extension), kind);
      this.source = source;
      this.bytes = bytes;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return source;
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  /** Makes an object of a class of the package, which sees the engine with the fault. */
  <T> T make(Class<? extends T> of, Class<T> as, Object... arguments) {
    try {
      Class<?>[] types = {};
      for (var constructor : loadClass(of.getName()).getDeclaredConstructors()) {
        types = constructor.getParameterTypes();
      }
      var constructor = loadClass(of.getName()).getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return as.cast(constructor.newInstance(arguments));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the engine with the fault does not load", e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      if (!name.startsWith(PACKAGE)) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte[] bytes = compiled.containsKey(name) ? compiled.get(name) : sound(name);
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  private byte[] sound(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
