// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.tck.report.Check;
import dev.ensemblekv.tck.report.Level;
import dev.ensemblekv.tck.report.Outcome;
import dev.ensemblekv.tck.report.ReportFiles;
import dev.ensemblekv.tck.report.SubjectReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Watches a run of the suite and reports it at its end; leaves out what is not of the level that is
 * asked for. Whatever is deprecated in a release of JUnit since 5.10 is avoided here.
 */
final class ReportExtension
    implements ExecutionCondition,
        BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        TestWatcher,
        AfterAllCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ReportExtension.class);
  private static final String REPORT = "report";
  private static final String OFF = "off";

  /** What JUnit puts in front of the messages of assumptions. */
  private static final String ASSUMED = "Assumption failed: ";

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<Check> check = check(context);
    String level =
        context.getTestInstance().orElse(null) instanceof Chapter chapter
            ? chapter.tck().level()
            : null;
    if (level == null || check.isEmpty() || Level.of(level).rules().contains(check.get().rule())) {
      return ConditionEvaluationResult.enabled("it is of the level that is asked for");
    }
    return ConditionEvaluationResult.disabled("only the level " + level + " is run");
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (isSuite(context)) {
      context.getStore(NAMESPACE).put(REPORT, new RunningReport());
    }
  }

  /** Tells a class that extends the suite from the chapters inside. */
  private static boolean isSuite(ExtensionContext context) {
    return KvStoreTck.class.isAssignableFrom(context.getRequiredTestClass());
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (context.getRequiredTestInstance() instanceof Chapter chapter) {
      check(context).ifPresent(check -> report(context).started(check, chapter.tck()));
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getRequiredTestInstance() instanceof Chapter chapter) {
      check(context).ifPresent(check -> report(context).seen(check, chapter));
    }
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    ended(context, Outcome.PASSED, "");
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    ended(context, Outcome.FAILED, String.valueOf(cause));
  }

  @Override
  public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
    String message = cause == null ? "" : String.valueOf(cause.getMessage());
    String reason = message.startsWith(ASSUMED) ? message.substring(ASSUMED.length()) : message;
    ended(context, Outcome.ofSkipped(reason), reason);
  }

  @Override
  public void testDisabled(ExtensionContext context, Optional<String> reason) {
    ended(context, Outcome.NOT_RUN, reason.orElse("disabled"));
  }

  private static void ended(ExtensionContext context, Outcome outcome, String reason) {
    check(context).ifPresent(check -> report(context).ended(check, outcome, reason));
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    String directory = System.getProperty(KvStoreTck.REPORT, "");
    if (!isSuite(context) || directory.equals(OFF)) {
      return;
    }
    SubjectReport report = report(context).finish();
    if (report != null) {
      Path page =
          new ReportFiles(directory.isEmpty() ? outputs() : Path.of(directory)).write(report);
      System.out.println(report.summary() + "\n  " + page.toAbsolutePath());
    }
  }

  /** Returns where the build of this project writes to. */
  private static Path outputs() {
    boolean gradle =
        Files.exists(Path.of("build.gradle")) || Files.exists(Path.of("build.gradle.kts"));
    return Path.of(gradle ? "build" : "target");
  }

  private static Optional<Check> check(ExtensionContext context) {
    return context.getTestMethod().flatMap(Checks::of);
  }

  /** Returns the report of the suite that a test is part of. */
  private static RunningReport report(ExtensionContext context) {
    // That of a test is closed already when its watchers are called.
    ExtensionContext open =
        context.getTestMethod().isPresent() ? context.getParent().orElseThrow() : context;
    RunningReport report = open.getStore(NAMESPACE).get(REPORT, RunningReport.class);
    if (report == null) {
      throw new IllegalStateException("no suite has begun");
    }
    return report;
  }
}
