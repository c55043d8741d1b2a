// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.profile;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells from a flight recording of {@code peers} in which methods the time of each phase went. */
@Command(
    name = "profile",
    description = "Tell from a flight recording of peers where the time of each phase goes.")
public final class ProfileCommand implements Callable<Integer> {
  /** In the settings "profile" of the JDK, Java is sampled each 10 ms, native methods each 20. */
  private static final int NATIVE_WEIGHT = 2;

  private static final double PERCENT = 100;

  @Parameters(paramLabel = "RECORDING", description = "A .jfr file, made with settings=profile.")
  private Path recording = Path.of("");

  @Option(
      names = "--methods",
      defaultValue = "10",
      description = "How many methods to show of each phase (default: ${DEFAULT-VALUE}).")
  private int methods;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Map<String, Map<String, Double>> shares = Samples.of(recording, NATIVE_WEIGHT).shares();
    PrintWriter out = spec.commandLine().getOut();
    shares.forEach(
        (phase, own) -> {
          out.printf(Locale.ROOT, "%n| %s | of the samples |%n|---|---|%n", phase);
          own.entrySet().stream()
              .limit(methods)
              .forEach(
                  method ->
                      out.printf(
                          Locale.ROOT,
                          "| %s | %.0f %% |%n",
                          method.getKey(),
                          method.getValue() * PERCENT));
        });
    out.flush();
    return 0;
  }
}
