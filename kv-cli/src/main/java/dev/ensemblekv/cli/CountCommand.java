// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Counts the keys. */
@Command(name = "count", description = "Print the exact number of keys.")
final class CountCommand extends StoreCommand {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  CountCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    try (KvStore store = openReadOnly()) {
      long keys = count(store);
      if (json) {
        Json.print(out(), Json.object().put("keys", keys));
      } else {
        out().line(Long.toString(keys));
      }
      return Exit.DONE;
    }
  }

  private long count(KvStore store) {
    if (store.features().contains(KvFeature.CONSTANT_TIME_SIZE)) {
      return store.size();
    }
    shell().note("the store keeps no count: this walks over all of it");
    long keys = 0;
    try (Progress progress =
            Progress.start(shell(), "count", "keys", Progress.expectedPairs(store));
        Walk walk = Walk.over(store)) {
      for (; walk.next(); keys++) {
        progress.step(1);
      }
    }
    return keys;
  }
}
