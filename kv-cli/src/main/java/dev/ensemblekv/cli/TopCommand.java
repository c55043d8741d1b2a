// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a store that another process has open, as it works. */
@Command(
    name = "top",
    description = {
      "Show a store that another process of this machine has open, each second anew: rates,",
      "latencies, how full its substores are, the split at work; q or Ctrl-C ends it. Where the",
      "output is not a terminal, one view is printed, with averages."
    })
final class TopCommand extends KvCommand {
  private static final int REFRESH_MILLIS = 1000;

  @Parameters(index = "0", paramLabel = Target.LABEL, description = Target.DESCRIPTION)
  private String process = "";

  @Parameters(
      index = "1",
      paramLabel = "STORE",
      arity = "0..1",
      description = "The store, if the process has several, by its name.")
  private @Nullable String name;

  @Option(names = "--once", description = "Print one view, with averages, and end.")
  private boolean once;

  TopCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    Target target = Target.of(process);
    try (ManagedJvm jvm = ManagedJvm.attach(target.pid())) {
      List<ManagedStore> stores = target.stores(jvm);
      ManagedStore store = name == null ? jvm.only(stores) : jvm.store(stores, name);
      Supplier<StoreSample> sampler = () -> StoreSample.read(store, System.currentTimeMillis());
      if (once || !shell().outIsTerminal()) {
        TopView.of(sampler.get(), null, Integer.MAX_VALUE, Integer.MAX_VALUE)
            .forEach(line -> out().line(line.stripTrailing()));
      } else {
        try (Screen screen = Screen.ofProcess()) {
          show(sampler, screen);
        }
      }
      return Exit.DONE;
    }
  }

  /** Shows sample after sample until the screen is left. */
  static void show(Supplier<StoreSample> sampler, Screen screen) {
    StoreSample before = null;
    do {
      StoreSample now = sampler.get();
      List<String> view = TopView.of(now, before, screen.columns(), screen.rows());
      screen.draw(view);
      before = now;
    } while (!screen.isLeftWithin(REFRESH_MILLIS));
  }
}
