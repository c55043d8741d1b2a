// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.report.Point;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * A hidden command, which a {@link TurnsCommand} runs in a process of its own to measure one
 * engine, and which prints what came out. Subclasses add parameters, from index 6 on.
 */
public abstract class ProcessCommand implements Callable<Integer> {
  @Parameters(index = "0")
  private String engine = "";

  @Parameters(index = "1")
  private Path directory = Path.of("");

  @Parameters(index = "2")
  private long seed;

  @Parameters(index = "3")
  private int valueBytes;

  @Parameters(index = "4")
  private long keys;

  @Parameters(index = "5")
  private int threads;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /**
   * Returns the arguments that make a process do something with a store.
   *
   * @param name the command
   * @param own the parameters of the subclass
   */
  protected static List<String> arguments(String name, Stored stored, Object... own) {
    List<String> arguments = new ArrayList<>(List.of(name, stored.engine()));
    arguments.add(stored.directory().toString());
    arguments.add(Long.toString(stored.pairs().seed()));
    arguments.add(Integer.toString(stored.pairs().valueBytes()));
    arguments.add(Long.toString(stored.keys()));
    arguments.add(Integer.toString(stored.threads()));
    Stream.of(own).map(Object::toString).forEach(arguments::add);
    return arguments;
  }

  /** Returns the store that is measured. */
  protected final Stored stored() {
    return new Stored(engine, directory, new Pairs(seed, valueBytes), keys, threads);
  }

  /** Shows what is being done. */
  protected final void progress(String what) {
    spec.commandLine().getErr().println(what);
  }

  /** Tells the parent what came out. */
  protected final void print(Map<? extends Measured, Double> figures, String libraries) {
    print(figures, Map.of(), libraries);
  }

  /** Tells the parent what came out, with lines. */
  protected final void print(
      Map<? extends Measured, Double> figures, Map<Curve, List<Point>> curves, String libraries) {
    PrintWriter out = spec.commandLine().getOut();
    figures.forEach((figure, value) -> out.println(figure.name() + "=" + value));
    curves.forEach((curve, points) -> out.println(curve.name() + "=" + Curve.write(points)));
    if (!libraries.isEmpty()) {
      out.println(TurnsCommand.LIBRARIES + "=" + libraries);
    }
    out.flush();
  }
}
