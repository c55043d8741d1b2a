// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;

import dev.ensemblekv.tck.report.Level;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** A run of the suite leaves a report, and may be of one level only. */
class ReportTest {
  @TempDir Path temp;

  private final Properties before = new Properties();
  private final PrintStream console = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void setProperties() {
    before.putAll(System.getProperties());
    System.setProperty(KvStoreTck.REPORT, temp.toString());
    System.clearProperty(KvStoreTck.LEVEL);
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restoreProperties() {
    System.setProperties(before);
    System.setOut(console);
  }

  /** A sound store. */
  static class SoundTck extends WrongStoreTck {
    @Override
    boolean isReported() {
      return true;
    }
  }

  /** One that an empty value is lost in. */
  static class WrongTck extends WrongKeysAndValues.EmptyValueIsAbsent {
    @Override
    boolean isReported() {
      return true;
    }
  }

  private static Events run(Class<? extends KvStoreTck> suite, Class<?>... chapters) {
    EngineTestKit.Builder engine = EngineTestKit.engine("junit-jupiter");
    for (Class<?> chapter : chapters) {
      engine.selectors(selectNestedClass(List.of(suite), chapter));
    }
    return engine.execute().testEvents();
  }

  private String each(Class<?> suite, String kind) throws Exception {
    return Files.readString(temp.resolve("tck").resolve(suite.getName() + kind));
  }

  @Test
  void eachRuleThatIsTestedHasALevelAndNoRuleHasTwo() {
    Set<String> rules = new TreeSet<>();
    for (Level level : Level.values()) {
      level.ownRules().forEach(rule -> assertThat(rules.add(rule)).as(rule).isTrue());
    }
    rules.removeAll(Level.TESTED_BY_THE_ENGINE);
    rules.removeAll(Level.REVIEWED);
    Set<String> tested = new TreeSet<>();
    Checks.all().forEach(check -> tested.add(check.rule()));

    assertThat(rules).isEqualTo(tested);
    Checks.all().forEach(check -> assertThat(tested).containsAll(check.also()));
  }

  @Test
  void aRunLeavesItsResultsAndWhatDidNotRun() throws Exception {
    run(SoundTck.class, KvStoreTck.KeysAndValues.class, KvStoreTck.DurabilityRules.class);

    String page = each(SoundTck.class, ".md");
    assertThat(page).contains("# memory\n").contains("| core | not shown | ");
    assertThat(page).containsPattern("\\| KV-1.2 An empty value [^|]*\\| passed \\|  \\|");
    assertThat(page)
        .containsPattern(
            "\\| KV-5.2 What was flushed is there [^|]*\\| does not bind \\| [^|]*PERSISTENT \\|");
    assertThat(page).containsPattern("\\| KV-2.2 put [^|]*\\| not run \\| left out of the run \\|");
    assertThat(page).contains("| power-safe | not declared | does not declare PERSISTENT |");
    assertThat(page).contains("| JDK | ").contains("| operating system | ");
    assertThat(each(SoundTck.class, ".json"))
        .contains("\"spec\": \"memory\"")
        .contains("\"result\": \"does not bind\"");
  }

  @Test
  void aFailureIsReportedWithTheLevelsItCosts() throws Exception {
    run(WrongTck.class, KvStoreTck.KeysAndValues.class);

    String page = each(WrongTck.class, ".md");
    assertThat(page).contains("| core | failed | failed: KV-1.2 An empty value");
    assertThat(page).containsPattern("\\| KV-1.2 An empty value [^|]*\\| failed \\| [^|]{10,}\\|");
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .startsWith("Levels of memory, by " + WrongTck.class.getName() + ":")
        .contains("\n  core: failed (failed: KV-1.2 An empty value");
  }

  @Test
  void aRandomTestIsReportedWithItsSeed() throws Exception {
    run(SoundTck.class, KvStoreTck.PointOperations.class);

    assertThat(each(SoundTck.class, ".md"))
        .containsPattern("\\| KV-2.1 A store behaves as a map[^|]*\\| passed \\|  \\| 1 \\|");
  }

  @Test
  void theReportsOfAllClassesAreMerged() throws Exception {
    run(SoundTck.class, KvStoreTck.KeysAndValues.class);
    run(WrongTck.class, KvStoreTck.KeysAndValues.class);
    run(WrongTck.class, KvStoreTck.KeysAndValues.class);

    assertThat(Files.readString(temp.resolve("tck-report.json")))
        .isEqualTo(
            "[\n" + each(SoundTck.class, ".json") + ",\n" + each(WrongTck.class, ".json") + "]\n");
    assertThat(Files.readString(temp.resolve("tck-report.md")))
        .isEqualTo(each(SoundTck.class, ".md") + "\n" + each(WrongTck.class, ".md"));
  }

  @Test
  void reportsCanBeSwitchedOff() {
    System.setProperty(KvStoreTck.REPORT, "off");

    run(SoundTck.class, KvStoreTck.Batches.class);

    assertThat(Path.of("off")).doesNotExist();
    assertThat(temp).isEmptyDirectory();
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void theTestsOfOtherLevelsCanBeLeftOut() throws Exception {
    System.setProperty(KvStoreTck.LEVEL, "core");

    Events tests = run(SoundTck.class, KvStoreTck.Batches.class);

    assertThat(tests.succeeded().count()).isEqualTo(3); // KV-4.1 twice, KV-4.3
    assertThat(tests.skipped().count()).isEqualTo(2); // KV-4.2, KV-4.4
    assertThat(each(SoundTck.class, ".md"))
        .containsPattern("\\| KV-4.4 [^|]*\\| not run \\| only the level core is run \\|");
  }

  static final class CoreTck extends SoundTck {
    @Override
    protected String level() {
      return "core";
    }
  }

  @Test
  void aClassCanLeaveThemOutByItself() {
    Events tests = run(CoreTck.class, KvStoreTck.Batches.class);

    assertThat(tests.succeeded().count()).isEqualTo(3);
    assertThat(tests.skipped().count()).isEqualTo(2);
  }

  @Test
  void anUnknownLevelRunsNothing() {
    System.setProperty(KvStoreTck.LEVEL, "hard-core");

    Events tests = run(SoundTck.class, KvStoreTck.Batches.class);

    assertThat(tests.succeeded().count()).isZero();
    assertThat(tests.failed().count()).isPositive();
  }
}
