// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvEnvironment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);
  @TempDir private Path directory = Path.of("");
  private Path store = Path.of("");
  private Path tree = Path.of("");

  @BeforeEach
  void createTree() throws IOException {
    store = directory.resolve("store");
    tree = Files.createDirectories(directory.resolve("tree"));
  }

  private void file(String name, String content) throws IOException {
    Path file = tree.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    Files.writeString(file, content);
  }

  /** Returns a path whose name is given by its bytes, which no locale changes. */
  private Path uri(String name) {
    return Path.of(URI.create(tree.toUri() + name));
  }

  private Console.Result importTree(Object... more) {
    Object[] args = new Object[5 + more.length];
    Object[] first = {"import", store, tree, "--store", "shelf"};
    System.arraycopy(first, 0, args, 0, first.length);
    System.arraycopy(more, 0, args, first.length, more.length);
    return console.run(args);
  }

  private List<String> keys() {
    return shelf.contents(store).keySet().stream().map(key -> new String(key, UTF_8)).toList();
  }

  @Test
  void aKeyIsThePathBelowTheDirectory() throws IOException {
    file("top", "1");
    file("a/b/deep", "2");
    file("a/empty", "");
    Files.writeString(uri("with%20space%20&%20%C3%A9%2541"), "3");
    Files.createDirectories(tree.resolve("nothing/in/here"));
    importTree().isSilent(Exit.DONE);
    assertThat(keys()).containsExactly("a/b/deep", "a/empty", "top", "with space & é%41");
    assertThat(shelf.contents(store).get("a/b/deep".getBytes(UTF_8)))
        .isEqualTo("2".getBytes(UTF_8));
    assertThat(shelf.contents(store).get("a/empty".getBytes(UTF_8))).isEmpty();
  }

  @Test
  void howTheDirectoryIsNamedMakesNoDifference() throws IOException {
    file("a/b", "1");
    Path link = Files.createSymbolicLink(directory.resolve("link"), tree);
    for (Path path : List.of(tree.resolve("."), tree.resolve("../tree"), link)) {
      shelf.contents(store).clear();
      console.run("import", store, path, "--store", "shelf").isSilent(Exit.DONE);
      assertThat(keys()).as(path.toString()).containsExactly("a/b");
    }
  }

  @Test
  void aFileByItselfHasItsNameAsKey() throws IOException {
    file("a/b", "1");
    console.run("import", store, tree.resolve("a/b"), "--store", "shelf").isSilent(Exit.DONE);
    assertThat(keys()).containsExactly("b");
  }

  @Test
  void namesThatAreNotUtf8AreKeysByteForByte() throws IOException {
    file("plain", "1");
    Path odd = uri("odd%FF%0Aname");
    try {
      Files.writeString(odd, "2");
    } catch (IOException e) {
      assumeTrue(false, "this file system takes UTF-8 names only: " + e.getMessage());
    }
    importTree().isSilent(Exit.DONE);
    byte[] key = {'o', 'd', 'd', (byte) 0xFF, '\n', 'n', 'a', 'm', 'e'};
    assertThat(shelf.contents(store).get(key)).isEqualTo("2".getBytes(UTF_8));
    assertThat(console.run("get", store, "hex:6f6464ff0a6e616d65").isSilent(Exit.DONE).out())
        .isEqualTo("2");
  }

  @Test
  void linksAndSpecialFilesAreLeftOutAndCountedWhichIsNoFault() throws Exception {
    file("a", "1");
    Files.createSymbolicLink(tree.resolve("link"), tree.resolve("a"));
    Files.createSymbolicLink(tree.resolve("loop"), tree);
    Files.createSymbolicLink(tree.resolve("dangling"), tree.resolve("none"));
    Process mkfifo = new ProcessBuilder("mkfifo", tree.resolve("pipe").toString()).start();
    assumeTrue(mkfifo.waitFor() == 0, "mkfifo does not work here");
    Console.Result result = importTree();
    assertThat(result.err()).isEqualTo("kv: left out 3 symbolic links and 1 special file\n");
    assertThat(result.exitCode()).isEqualTo(Exit.DONE);
    assertThat(keys()).containsExactly("a");
    JsonNode json = importTree("--json").json();
    assertThat(json.get("links").asInt()).isEqualTo(3);
    assertThat(json.get("specialFiles").asInt()).isEqualTo(1);
    assertThat(json.get("skipped").asInt()).isZero();
  }

  @Test
  void theStoreItselfIsNotImported() throws IOException {
    file("a", "1");
    store = tree.resolve("store");
    importTree().isSilent(Exit.DONE);
    importTree().isSilent(Exit.DONE);
    assertThat(keys()).containsExactly("a");
  }

  @Test
  void aFileThatCannotBeReadIsSkippedAndNamed() throws Exception {
    file("good", "1");
    file("bad", "2");
    Skips skips = new Skips();
    try (KvStore opened = openShelf();
        Progress progress = Progress.none();
        PairWriter writer = new PairWriter(opened, 2, skips, progress)) {
      FileTree.Opener opener =
          file -> {
            if (file.endsWith("bad")) {
              throw new AccessDeniedException(file.toString());
            }
            return Files.newInputStream(file);
          };
      new FileTree(tree, store, opener).readTo(writer, skips);
      writer.finish();
    }
    assertThat(keys()).containsExactly("good");
    assertThat(skips.count()).isEqualTo(1);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    skips.print(shell(err));
    assertThat(err.toString(UTF_8))
        .isEqualTo("kv: skipped " + tree.toRealPath().resolve("bad") + ": permission denied\n");
  }

  private KvStore openShelf() {
    KvEnvironment environment = KvEnvironment.builder().backend(shelf).build();
    return environment.open("shelf", store, KvOptions.defaults());
  }

  private static Shell shell(ByteArrayOutputStream err) {
    return new Shell(
        InputStream.nullInputStream(),
        new Output(OutputStream.nullOutputStream()),
        new PrintStream(err, true, UTF_8),
        false,
        false,
        KvEnvironment.system(),
        new Closers());
  }

  @Test
  void filesAndDirectoriesWithoutPermissionAreSkippedAndNamed() throws IOException {
    assumeTrue(!"root".equals(System.getProperty("user.name")), "root may read everything");
    file("good", "1");
    file("bad", "2");
    file("closed/in", "3");
    Files.setPosixFilePermissions(
        tree.resolve("bad"), PosixFilePermissions.fromString("-w-------"));
    Path closed = tree.resolve("closed");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    try {
      Console.Result result = importTree();
      assertThat(result.exitCode()).isEqualTo(Exit.INCOMPLETE);
      assertThat(result.err().lines())
          .hasSize(2)
          .allMatch(line -> line.endsWith("permission denied"));
      assertThat(keys()).containsExactly("good");
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }

  /** A path longer than the system takes, made by moving one part into the other. */
  @Test
  void aDirectoryThatCannotBeOpenedIsSkippedAndNamed() throws IOException {
    file("good", "1");
    String down = ("d".repeat(250) + "/").repeat(10);
    Path upper = Files.createDirectories(tree.resolve(down));
    Path lower = Files.createDirectories(directory.resolve("lower").resolve(down));
    file("../lower/" + down + "unreachable", "1");
    Path moved = Files.move(directory.resolve("lower"), upper.resolve("lower"));
    try {
      Console.Result result = importTree();
      assertThat(result.exitCode()).isEqualTo(Exit.INCOMPLETE);
      assertThat(result.err())
          .startsWith("kv: skipped " + moved.toRealPath())
          .endsWith(": File name too long\n")
          .hasLineCount(1);
      assertThat(keys()).containsExactly("good");
    } finally {
      Files.move(moved, directory.resolve("lower"));
    }
    assertThat(lower.resolve("unreachable")).exists();
  }

  /**
   * The memory of this process is a file that nobody can read from its beginning, root included.
   */
  @Test
  void aFileThatFailsToBeReadIsSkipped() throws IOException {
    Path unreadable = Path.of("/proc/self/mem");
    assumeTrue(Files.isReadable(unreadable), "there is no " + unreadable + " here");
    file("good", "1");
    Console.Result result = console.run("import", store, tree, unreadable, "--store", "shelf");
    assertThat(result.exitCode()).isEqualTo(Exit.INCOMPLETE);
    assertThat(result.err()).startsWith("kv: skipped /proc/").contains("/mem: ").hasLineCount(1);
    assertThat(keys()).containsExactly("good");
  }

  @Test
  void whatIsTooLongIsSkippedAndNamed() throws IOException {
    file("good", "1");
    Files.write(tree.resolve("large"), new byte[(1 << 20) + 1]);
    Files.write(tree.resolve("largest"), new byte[1 << 20]);
    String deep = ("d".repeat(200) + "/").repeat(3) + "f";
    file(deep, "1");
    Console.Result result = importTree();
    assertThat(result.exitCode()).isEqualTo(Exit.INCOMPLETE);
    assertThat(result.err().lines())
        .containsExactlyInAnyOrder(
            "kv: skipped "
                + tree.toRealPath().resolve("large")
                + ": the value has 1048577 bytes; this store takes at most 1048576",
            "kv: skipped "
                + tree.toRealPath().resolve(deep)
                + ": the key has 604 bytes; this store takes at most 511");
    assertThat(keys()).containsExactly("good", "largest");
  }
}
