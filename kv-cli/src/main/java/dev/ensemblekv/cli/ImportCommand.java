// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stores what files hold. */
@Command(
    name = "import",
    description = {
      "Store the pairs of files and directories.",
      "files: one pair per file, its path below PATH and its contents. jsonl: as export writes it.",
      "tsv: key, tab, value. lines: each line is a key with an empty value.",
      "Without --format a name that ends with .jsonl is jsonl, and so is -, the standard input;",
      "anything else is files. What cannot be read or does not fit is skipped and named."
    })
final class ImportCommand extends StoreCommand {
  /** How the pairs are written. */
  enum Format {
    /** One pair per file. */
    files,
    /** JSON Lines. */
    jsonl,
    /** Key, tab, value. */
    tsv,
    /** Only keys. */
    lines
  }

  private static final int MAX_THREADS = 1024;
  private static final String STANDARD_INPUT = "-";

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "PATH", description = "What to import.")
  private List<Path> paths = new ArrayList<>();

  @Option(
      names = "--store",
      paramLabel = "SPEC",
      description = "What a new store is made of; default: " + Stores.DEFAULT_SPEC + ".")
  private @Nullable String spec;

  @Option(names = "--format", description = "One of ${COMPLETION-CANDIDATES}.")
  private @Nullable Format format;

  @Option(names = "--threads", paramLabel = "N", description = "Default: one per processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  ImportCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() throws IOException {
    checkThreads(threads);
    paths.forEach(this::checkReadable);
    Skips skips = new Skips();
    try (KvStore store = openOrCreate(spec, Stores.DEFAULT_SPEC)) {
      write(store, skips);
    } catch (StoreFullException e) {
      throw CommandException.failed(
          "the import stopped, what was stored before it is kept: " + e.getMessage(), e);
    } finally {
      skips.print(shell());
    }
    return skips.count() == 0 ? Exit.DONE : Exit.INCOMPLETE;
  }

  static void checkThreads(int threads) {
    if (threads < 1 || threads > MAX_THREADS) {
      throw CommandException.usage("--threads is " + threads + "; it must be in 1.." + MAX_THREADS);
    }
  }

  private void checkReadable(Path path) {
    boolean lines = formatOf(path) != Format.files;
    if (isStandardInput(path)) {
      if (!lines) {
        throw CommandException.usage("the standard input is not a file; give another --format");
      }
    } else if (!Files.exists(path)) {
      throw CommandException.usage("there is no " + path + " to import");
    } else if (lines && Files.isDirectory(path)) {
      throw CommandException.usage(path + " is a directory; only --format files reads one");
    }
  }

  private Format formatOf(Path path) {
    if (format != null) {
      return format;
    }
    boolean jsonLines =
        isStandardInput(path) || (path.toString().endsWith(".jsonl") && !Files.isDirectory(path));
    return jsonLines ? Format.jsonl : Format.files;
  }

  private static boolean isStandardInput(Path path) {
    return path.toString().equals(STANDARD_INPUT);
  }

  private void write(KvStore store, Skips skips) throws IOException {
    List<PairSource> sources = new ArrayList<>();
    for (Path path : paths) {
      sources.add(source(path, store));
    }
    long started = System.nanoTime();
    PairWriter writer = write(store, sources, skips);
    print(store, writer, Duration.ofNanos(System.nanoTime() - started), skips);
  }

  private PairWriter write(KvStore store, List<PairSource> sources, Skips skips)
      throws IOException {
    try (Progress progress = Progress.start(shell(), "import", "pairs", count(sources));
        PairWriter writer = new PairWriter(store, threads, skips, progress)) {
      for (PairSource source : sources) {
        source.readTo(writer, skips);
      }
      writer.finish();
      store.flush();
      return writer;
    }
  }

  private PairSource source(Path path, KvStore store) throws IOException {
    return switch (formatOf(path)) {
      case files -> new FileTree(path, directory());
      case jsonl -> lines(path, LineFormat.JSONL, store);
      case tsv -> lines(path, LineFormat.TSV, store);
      case lines -> lines(path, LineFormat.LINES, store);
    };
  }

  private PairSource lines(Path path, LineFormat lineFormat, KvStore store) {
    return new LineFile(
        isStandardInput(path) ? null : path, shell().in(), lineFormat, store.limits());
  }

  /** Looks first how much there is, where someone wants to know how long it will take. */
  private long count(List<PairSource> sources) throws IOException {
    long total = 0;
    for (PairSource source : shell().errIsTerminal() ? sources : List.<PairSource>of()) {
      long count = source.count();
      if (count == Progress.UNKNOWN) {
        return Progress.UNKNOWN;
      }
      total += count;
    }
    return total;
  }

  private void print(KvStore store, PairWriter writer, Duration time, Skips skips) {
    long pairsPerSecond = Figures.perSecond(writer.pairs(), time);
    long bytesPerSecond = Figures.perSecond(writer.bytes(), time);
    if (json) {
      ObjectNode result = Json.object();
      result.put("spec", store.stats().spec());
      result.put("pairs", writer.pairs()).put("bytes", writer.bytes());
      result.put("seconds", Figures.seconds(time));
      result.put("pairsPerSecond", pairsPerSecond).put("bytesPerSecond", bytesPerSecond);
      skips.addTo(result);
      Json.print(out(), result);
    } else {
      out()
          .line(
              "imported "
                  + Figures.count(writer.pairs(), "pair")
                  + ", "
                  + Figures.bytes(writer.bytes())
                  + ", in "
                  + Figures.time(time)
                  + " ("
                  + Figures.count(pairsPerSecond)
                  + " pairs/s, "
                  + Figures.bytes(bytesPerSecond)
                  + "/s) into "
                  + directory()
                  + " ("
                  + store.stats().spec()
                  + ")");
    }
  }
}
