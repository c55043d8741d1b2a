// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.report.Section;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that finds something out, prints it, and writes it as a page. */
public abstract class SectionCommand implements Callable<Integer> {
  @Mixin private Published published = new Published();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /**
   * Finds it out.
   *
   * @param name what the files of the section begin with
   */
  protected abstract Section section(String name) throws IOException;

  @Override
  public final Integer call() throws IOException {
    Section section = section(spec.name());
    published.write(List.of(section));
    PrintWriter out = spec.commandLine().getOut();
    out.print(section.toMarkdown());
    out.flush();
    return 0;
  }

  /** Returns this command as it can be given again. */
  protected final String command() {
    return ShownCommand.of(
        "./" + spec.root().name(), spec.root().commandLine().getParseResult().originalArgs());
  }

  /** Shows what is being done. */
  protected final void progress(String what) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(what);
    err.flush();
  }
}
