// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.it.ChildProcess;
import dev.ensemblekv.it.documentation.Document.Block;
import dev.ensemblekv.it.documentation.Snippets.Snippet;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every command and every snippet in the documents works, and does what is shown. */
class DocumentationTest {
  /** What blocks of code may be; those of the last three are not run. */
  private static final List<String> LANGUAGES =
      List.of("java", "sh", "console", "json", "text", "xml");

  @TempDir Path temp;

  @Test
  void eachBlockSaysWhatItIs() throws IOException {
    List<Block> blocks = Document.all().stream().flatMap(all -> all.blocks().stream()).toList();

    assertThat(blocks).isNotEmpty().extracting(Block::language).isSubsetOf(LANGUAGES);
  }

  @TestFactory
  List<DynamicNode> commands() throws IOException {
    List<DynamicNode> documents = new ArrayList<>();
    for (Document document : Document.all()) {
      List<Block> blocks = document.blocks("sh", "console");
      if (!blocks.isEmpty()) {
        documents.add(DynamicContainer.dynamicContainer(document.toString(), commands(blocks)));
      }
    }
    assertThat(documents).isNotEmpty();
    return documents;
  }

  /** Runs the blocks of one document, one after the other in one directory. */
  private Stream<DynamicTest> commands(List<Block> blocks) throws IOException {
    Sandbox sandbox = Sandbox.create(Files.createTempDirectory(temp, "sandbox"));
    return blocks.stream()
        .map(
            block ->
                DynamicTest.dynamicTest(
                    block.toString(),
                    () -> {
                      if (block.language().equals("sh")) {
                        for (String command : commands(block)) {
                          succeed(sandbox, command);
                        }
                      } else {
                        for (Transcript.Step step : Transcript.parse(block)) {
                          String output = succeed(sandbox, step.command());
                          assertThat(step)
                              .as("%s printed:%n%s", step.command(), output)
                              .matches(shown -> shown.matches(output), "what is shown");
                        }
                      }
                    }));
  }

  /** Returns the lines of a block, without comments, those that go on in the next one joined. */
  private static List<String> commands(Block block) {
    return block
        .text()
        .replace("\\\n", "")
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
  }

  private static String succeed(Sandbox sandbox, String script) throws Exception {
    ChildProcess ended = sandbox.run(script);
    assertThat(ended.exitCode()).as("%s%n%s", script, ended.output()).isZero();
    return ended.output();
  }

  @TestFactory
  List<DynamicTest> snippets() throws IOException {
    Path classes = Files.createDirectory(temp.resolve("classes"));
    List<Snippet> snippets = Snippets.all();
    assertThat(snippets).isNotEmpty();

    assertThat(Snippets.compile(snippets, temp, classes)).isEmpty();

    return snippets.stream()
        .filter(snippet -> snippet.canRun() || snippet.isSuite())
        .map(
            snippet ->
                DynamicTest.dynamicTest(snippet.block().toString(), () -> run(snippet, classes)))
        .toList();
  }

  private void run(Snippet snippet, Path classes) throws Exception {
    List<String> command = new ArrayList<>(List.of("-ea", "-cp"));
    command.add(classes + File.pathSeparator + System.getProperty("java.class.path"));
    if (snippet.isSuite()) {
      command.add(SuiteRunner.class.getName());
    }
    command.add(snippet.className());

    ChildProcess ended = ChildProcess.java(Files.createTempDirectory(temp, "run"), command);

    assertThat(ended.exitCode()).as("%s%n%s", ended.output(), ended.errors()).isZero();
    if (!snippet.isSuite()) {
      assertThat(ended.output().lines()).containsExactlyElementsOf(snippet.prints());
    }
  }
}
