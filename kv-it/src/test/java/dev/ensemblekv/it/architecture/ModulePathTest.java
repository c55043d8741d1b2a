// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.it.ChildProcess;
import java.io.File;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that is a module itself, compiled and run on a true module path. */
class ModulePathTest {
  private static final String MODULE =
      """
      module app {
        requires dev.ensemblekv.api;
      }
      """;
  private static final String MAIN =
      """
      package app;

      import dev.ensemblekv.api.KvStore;
      import dev.ensemblekv.api.KvStores;
      import java.nio.file.Path;

      public class Main {
        public static void main(String[] args) {
          try (KvStore store = KvStores.open("ensemble:json", Path.of(args[0]))) {
            store.put(new byte[] {1}, new byte[] {2});
          }
          try (KvStore store = KvStores.open("leveldb", Path.of(args[0] + "-leveldb"))) {
            store.put(new byte[] {1}, new byte[] {3});
          }
          try (KvStore store = KvStores.open(Path.of(args[0]))) {
            System.out.println(
                KvStores.class.getModule().getName() + " " + store.get(new byte[] {1})[0]);
          }
        }
      }
      """;
  private static final String TRESPASSER =
      """
      package app;

      class Trespasser {
        Class<?> hidden = dev.ensemblekv.api.internal.StoreOpener.class;
      }
      """;

  @TempDir Path temp;

  @Test
  void anApplicationModuleThatRequiresTheApiOnlyOpensAnEnsemble() throws Exception {
    assertThat(compile(MODULE, MAIN)).isEmpty();

    ChildProcess child =
        ChildProcess.java(
            temp,
            List.of(
                "-p",
                modulePath() + File.pathSeparator + temp.resolve("classes"),
                "-m",
                "app/app.Main",
                temp.resolve("store").toString()));

    assertThat(child.output()).isEqualTo("dev.ensemblekv.api 2\n");
    assertThat(child.exitCode()).isZero();
  }

  @Test
  void anApplicationModuleCannotReachWhatIsInternal() throws Exception {
    assertThat(compile(MODULE, TRESPASSER)).contains("dev.ensemblekv.api.internal");
  }

  /** Compiles a module of one class; returns the compiler's complaints. */
  private String compile(String descriptor, String main) throws Exception {
    Path sources = Files.createDirectories(temp.resolve("sources"));
    Files.writeString(sources.resolve("module-info.java"), descriptor);
    Path file = Files.writeString(sources.resolve(className(main) + ".java"), main);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-p", modulePath(), "-d", temp.resolve("classes").toString(), "-proc:none");
      compiler
          .getTask(
              complaints,
              files,
              null,
              options,
              null,
              files.getJavaFileObjects(sources.resolve("module-info.java"), file))
          .call();
    }
    return complaints.toString();
  }

  private static String className(String source) {
    return source.contains("class Main") ? "Main" : "Trespasser";
  }

  private static String modulePath() {
    return OurModules.modulePath().stream()
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }
}
