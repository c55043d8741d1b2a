// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import dev.ensemblekv.it.documentation.Document.Block;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The Java in the documents, as classes that can be run.
 *
 * <p>What is not a class are statements. They are put into a method where {@code store} is a new
 * ensemble and {@code bytes} and {@code text} convert from and to UTF-8. What imports nothing is
 * given imports of all that is ours. All is compiled together, so a class in one document can be
 * used in another; one that is shown again goes by another name, and is compiled only. What is
 * quoted from a file is left out.
 */
final class Snippets {
  private static final Pattern TYPE =
      Pattern.compile("(?m)^(?:public |final |abstract )*(?:class|interface|record|enum) (\\w+)");
  private static final Pattern PRINTS = Pattern.compile("(?m)// prints (.*)$");
  private static final String IMPORTS =
      """
      import static java.nio.charset.StandardCharsets.UTF_8;

      import dev.ensemblekv.api.*;
      import dev.ensemblekv.api.jmx.*;
      import dev.ensemblekv.ensemble.*;
      import dev.ensemblekv.micrometer.*;
      import dev.ensemblekv.spi.*;
      import dev.ensemblekv.tck.*;
      import io.micrometer.core.instrument.*;
      import io.micrometer.core.instrument.simple.*;
      import java.lang.management.ManagementFactory;
      import java.nio.file.Path;
      import java.util.*;
      import java.util.concurrent.*;
      import javax.management.JMX;
      import javax.management.ObjectName;

      """;
  private static final String WRAPPER =
      """
      class @NAME@ {
        static byte[] bytes(String text) {
          return text.getBytes(UTF_8);
        }

        static String text(byte[] bytes) {
          return new String(bytes, UTF_8);
        }

        static void run(KvStore store) throws Exception {
      @STATEMENTS@
        }

        public static void main(String[] args) throws Exception {
          try (KvStore store = KvStores.open("ensemble:json", Path.of("store"))) {
            run(store);
          }
        }
      }
      """;

  /**
   * One block.
   *
   * @param block where it comes from
   * @param className the class it is, or was put into
   * @param source the source of that
   * @param repeated whether the class was shown before
   */
  record Snippet(Block block, String className, String source, boolean repeated) {
    static Snippet of(Block block) {
      Matcher type = TYPE.matcher(block.text());
      if (type.find()) {
        String imports = block.text().contains("import ") ? "" : IMPORTS;
        return new Snippet(block, type.group(1), imports + block.text(), false);
      }
      String name = uniqueName("Snippet", block);
      String statements = WRAPPER.replace("@NAME@", name).replace("@STATEMENTS@", block.text());
      return new Snippet(block, name, IMPORTS + statements, false);
    }

    private static String uniqueName(String prefix, Block block) {
      return prefix + "_" + block.toString().replaceAll("\\W", "_");
    }

    Snippet again() {
      String name = uniqueName(className, block);
      return new Snippet(block, name, source.replaceAll("\\b" + className + "\\b", name), true);
    }

    boolean canRun() {
      return !repeated && source.contains("public static void main(");
    }

    /** Tells whether it is the test of a backend. */
    boolean isSuite() {
      return !repeated && source.contains(" extends KvStoreTck ");
    }

    /** Returns the lines that it says it prints. */
    List<String> prints() {
      return PRINTS.matcher(block.text()).results().map(found -> found.group(1)).toList();
    }
  }

  private Snippets() {}

  static List<Snippet> all() throws IOException {
    List<Snippet> snippets = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Document document : Document.all()) {
      for (Block block : document.blocks("java")) {
        if (block.isQuoted()) {
          continue;
        }
        Snippet snippet = Snippet.of(block);
        snippets.add(names.add(snippet.className()) ? snippet : snippet.again());
      }
    }
    return snippets;
  }

  /** Compiles snippets; returns what the compiler has to say. */
  static String compile(List<Snippet> snippets, Path sources, Path classes) throws IOException {
    List<File> files = new ArrayList<>();
    for (Snippet snippet : snippets) {
      Path file = sources.resolve(snippet.className() + ".java");
      files.add(Files.writeString(file, snippet.source()).toFile());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-proc:none", "-Xlint:deprecation,rawtypes,unchecked", "-d", classes.toString());
      compiler
          .getTask(
              complaints, manager, null, options, null, manager.getJavaFileObjectsFromFiles(files))
          .call();
    }
    return complaints.toString();
  }
}
