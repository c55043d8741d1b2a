// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A document of the project.
 *
 * @param path where it is, from the root of the project
 * @param lines what is in it
 */
record Document(Path path, List<String> lines) {
  private static final String FENCE = "```";

  /**
   * A block of code in a document.
   *
   * @param document the document
   * @param line the number of its first line
   * @param language the first word after the fence
   * @param source the file that the code is quoted from, from the root of the project: the second
   *     word; empty if it is none
   * @param text what is in it
   */
  record Block(Document document, int line, String language, String source, String text) {
    boolean isQuoted() {
      return !source.isEmpty();
    }

    @Override
    public String toString() {
      return document.path + ":" + line;
    }
  }

  /** Returns the root of the project, above the directory in which the tests run. */
  static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("mvnw"))) {
      at = Objects.requireNonNull(at.getParent(), "the tests do not run inside the project");
    }
    return at;
  }

  static Document of(String path) {
    return read(root().resolve(path));
  }

  private static Document read(Path file) {
    try {
      return new Document(root().relativize(file), Files.readAllLines(file));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns all documents: in the root, in its modules, and below docs. */
  static List<Document> all() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> top = Files.find(root(), 2, (file, is) -> isTopLevel(file))) {
      files.addAll(top.toList());
    }
    try (Stream<Path> docs = Files.walk(root().resolve("docs"))) {
      files.addAll(docs.filter(Document::isDocument).toList());
    }
    return files.stream().distinct().sorted().map(Document::read).toList();
  }

  private static boolean isTopLevel(Path file) {
    Path inRoot = root().relativize(file);
    return isDocument(file)
        && (inRoot.getNameCount() == 1 || inRoot.getName(0).toString().startsWith("kv-"));
  }

  private static boolean isDocument(Path file) {
    return file.toString().endsWith(".md");
  }

  /** Returns the blocks of code, in their order. */
  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    String[] info = null;
    int begin = 0;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.strip().startsWith(FENCE)) {
        if (info == null) {
          info = (line.strip().substring(FENCE.length()) + " ").split(" ", -1);
          begin = i + 2;
          text.setLength(0);
        } else {
          blocks.add(new Block(this, begin, info[0], info[1], text.toString()));
          info = null;
        }
      } else if (info != null) {
        text.append(line).append('\n');
      }
    }
    if (info != null) {
      throw new IllegalStateException(path + ":" + begin + " is not closed");
    }
    return blocks;
  }

  /** Returns the blocks of code in a language. */
  List<Block> blocks(String... languages) {
    List<String> wanted = List.of(languages);
    return blocks().stream().filter(block -> wanted.contains(block.language)).toList();
  }

  /** Returns the cells of each row of a table whose first cell is a given one. */
  List<List<String>> rows(String first) {
    return lines.stream()
        .filter(line -> line.strip().startsWith("| " + first + " |"))
        .map(line -> Stream.of(line.strip().split("\\|", -1)).map(String::strip).toList())
        .map(cells -> cells.subList(1, cells.size() - 1))
        .toList();
  }

  /** Returns the anchors of the headings, as GitHub makes them. */
  List<String> anchors() {
    return lines.stream()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(text -> text.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
