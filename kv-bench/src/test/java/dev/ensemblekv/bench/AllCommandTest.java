// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class AllCommandTest {

  private static List<CommandLine> commands(String... options) {
    AllCommand all = new AllCommand();
    CommandLine line = new CommandLine(all);
    line.parseArgs(options);
    return all.commands(new PrintWriter(new StringWriter()));
  }

  @Test
  void everyPartIsACommandThatIsKnown() {
    assertThat(commands("--report=x"))
        .extracting(line -> AllCommand.command(line).getClass().getSimpleName())
        .containsOnly(
            "WorkloadsCommand", "SizeCommand", "ColdCommand", "LatencyCommand", "CallsCommand");
  }

  @Test
  void thePartsTakeAllOfTheTimeAndNoMore() {
    assertThat(
            commands("--report=x", "--minutes=50").stream()
                .map(line -> line.getParseResult().subcommand())
                .mapToDouble(parsed -> parsed.matchedOptionValue("--minutes", 0.0))
                .sum())
        .isEqualTo(50);
  }

  @Test
  void aStoreThatGrowsHasTenTimesAsManyKeysAndSingleCallsATenth() {
    assertThat(commands("--report=x", "--keys=70"))
        .extracting(
            line ->
                line.getParseResult().subcommand().matchedOption("--keys").stringValues().get(0))
        .containsOnly("7", "70", "700");
  }
}
