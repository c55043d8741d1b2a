// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ensemblekv.api.KvStore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists pairs. */
@Command(
    name = "scan",
    description = {
      "List keys and values, a tab between them, in key order if the store has one.",
      "What cannot be printed is shown as hex:...; on a terminal long values are cut."
    })
final class ScanCommand extends StoreCommand {
  private static final int SHOWN_CHARACTERS = 100;

  @Option(names = "--prefix", paramLabel = "P", description = "Only keys that begin with this.")
  private String prefix = "";

  @Option(names = "--limit", paramLabel = "N", description = "At most this many.")
  private long limit = Long.MAX_VALUE;

  @Option(names = "--keys", description = "Only the keys.")
  private boolean keysOnly;

  @Option(names = "--full", description = "Do not cut long values, on a terminal either.")
  private boolean full;

  @Option(names = "--json", description = "Print JSON Lines, as export does.")
  private boolean json;

  ScanCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() throws IOException {
    byte[] parsed = KeyText.parse(prefix);
    if (limit < 0) {
      throw CommandException.usage("--limit is " + limit + "; it must be 0 or more");
    }
    try (KvStore store = openReadOnly()) {
      if (!Walk.isOrdered(store)) {
        shell().note("the store keeps no order: this walks over all of it, in no order");
      }
      try (Walk walk = Walk.over(store, parsed)) {
        if (json) {
          printJson(walk);
        } else {
          print(walk);
        }
      }
    }
    return Exit.DONE;
  }

  private void print(Walk walk) {
    for (long i = 0; i < limit && walk.next(); i++) {
      out().print(KeyText.format(walk.key()));
      out().line(keysOnly ? "" : "\t" + cut(walk.value()));
    }
  }

  private String cut(byte[] value) {
    String text = KeyText.format(value);
    boolean tooLong = shell().outIsTerminal() && !full && text.length() > SHOWN_CHARACTERS;
    return tooLong
        ? text.substring(0, text.offsetByCodePoints(0, SHOWN_CHARACTERS / 2))
            + "... ("
            + Figures.bytes(value.length)
            + ")"
        : text;
  }

  private void printJson(Walk walk) throws IOException {
    JsonGenerator lines = PairJson.lines(out());
    long printed = 0;
    for (; printed < limit && walk.next(); printed++) {
      byte @Nullable [] value = keysOnly ? null : walk.value();
      PairJson.write(lines, walk.key(), value);
    }
    lines.flush();
    out().print(printed == 0 ? "" : "\n");
  }
}
