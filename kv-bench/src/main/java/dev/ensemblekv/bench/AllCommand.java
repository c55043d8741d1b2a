// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.report.Section;
import dev.ensemblekv.bench.report.Standing;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes one report of all that the other commands measure, in a time that is known before. */
@Command(
    name = "all",
    description = {
      "Measure everything, beside all libraries, and write one report.",
      "A summary is printed as Markdown."
    })
public final class AllCommand implements Callable<Integer> {
  private static final String OURS = "extent ensemble:extent";

  /**
   * The sections of the report.
   *
   * @param name what its files begin with
   * @param share how much of the time it may take, in percent; one round is done in any case
   * @param size how many times as many keys it has
   * @param arguments the command with what is its own
   */
  private record Part(String name, int share, double size, String arguments) {}

  private static final String ONE_THREAD = " --threads 1 --iterations 3 --millis 300";

  private static final List<Part> PARTS =
      List.of(
          new Part(
              "workloads",
              47,
              1,
              "workloads "
                  + OURS
                  + " --peers --heap 2g --seconds 1.5"
                  + " --workloads load,A,B,C,F,D,E,absent,batch,steady,delete"),
          new Part(
              "durable",
              12,
              1,
              "workloads "
                  + OURS
                  + " --peers --heap 2g --seconds 1 --workloads sync1,sync2,sync4,sync8,sync16,sync32,large"),
          new Part(
              "growth",
              16,
              10,
              "size extent ensemble:extent,ensemble.maxBytes=256MiB raw-rocksdb raw-lmdb --gets 10000"),
          new Part("cold", 7, 1, "cold extent --peers --seconds 1 --percent 1 --idle 3"),
          new Part(
              "splits",
              4,
              1,
              "latency ensemble:extent ensemble:extent,ensemble.nativeSplits=false --seconds 5"),
          new Part("ensemble", 4, 0.1, "calls " + OURS + " --calls get,getAbsent,put" + ONE_THREAD),
          new Part(
              "counting",
              4,
              0.1,
              "calls extent extent,countCalls=false bare-extent --calls get,put" + ONE_THREAD),
          new Part("lmdb", 3, 0.1, "calls raw-lmdb lmdb --calls get,put,scan" + ONE_THREAD),
          new Part(
              "leveldb", 3, 0.1, "calls raw-leveldb leveldb --calls get,put,scan" + ONE_THREAD));

  @Mixin private Published published = new Published();

  @Option(
      names = "--minutes",
      defaultValue = "25",
      description = {
        "How long it may take: no round is begun that would end later (default: ${DEFAULT-VALUE})."
      })
  private double minutes;

  @Option(
      names = "--keys",
      defaultValue = "300000",
      description = {
        "Keys to load; ten times as many where a store grows, and a tenth where single calls are",
        "measured (default: ${DEFAULT-VALUE})."
      })
  private long keys;

  @Mixin private Scratch scratch = new Scratch();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<Section> sections = new ArrayList<>();
    for (CommandLine line : commands(spec.commandLine().getErr())) {
      Section section = command(line).section(PARTS.get(sections.size()).name());
      sections.add(section);
      published.write(sections); // what is done so far, should a later one fail
      section.summary().forEach(table -> out.println(table.toMarkdown()));
      out.flush();
    }
    Standing.losses(sections).forEach(table -> out.println(table.toMarkdown()));
    out.flush();
    return 0;
  }

  /** Returns the commands of all parts, parsed. */
  List<CommandLine> commands(PrintWriter err) {
    return PARTS.stream()
        .map(
            part -> {
              CommandLine line = Bench.commandLine(err, err);
              line.parseArgs(arguments(part).toArray(String[]::new));
              return line;
            })
        .toList();
  }

  /** Returns the command that a line was parsed to. */
  static SectionCommand command(CommandLine line) {
    return (SectionCommand) line.getParseResult().subcommand().commandSpec().userObject();
  }

  private List<String> arguments(Part part) {
    String line =
        String.format(
            Locale.ROOT,
            "%s --keys %d --minutes %.2f",
            part.arguments(),
            Math.round(keys * part.size()),
            minutes * part.share() / 100);
    List<String> arguments = new ArrayList<>(List.of(line.split(" ", -1)));
    arguments.addAll(List.of("--directory", scratch.directory().toString()));
    return arguments;
  }
}
