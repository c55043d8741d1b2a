// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A report as JSON for programs, and as Markdown for people. */
final class ReportText {
  private ReportText() {}

  static String json(SubjectReport report) {
    Subject subject = report.subject();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("testClass", subject.testClass());
    json.put("spec", subject.spec());
    json.put("options", subject.options());
    json.put("features", subject.features());
    json.put("begun", report.begun().toString());
    json.put("versions", subject.versions());
    json.put("levels", report.verdicts().stream().map(ReportText::fields).toList());
    json.put("tests", report.results().stream().map(ReportText::fields).toList());
    return JsonWriter.write(json) + "\n";
  }

  private static Map<String, Object> fields(Verdict verdict) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("level", verdict.level().id());
    json.put("state", verdict.state().text());
    json.put("because", verdict.because());
    return json;
  }

  private static Map<String, Object> fields(TestResult result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rule", result.check().rule());
    json.put("also", result.check().also());
    json.put("name", result.check().name());
    json.put("result", result.outcome().text());
    json.put("reason", result.reason());
    Long seed = result.seed();
    if (seed != null) {
      json.put("seed", seed);
    }
    json.put("millis", result.millis());
    return json;
  }

  static String markdown(SubjectReport report) {
    Subject subject = report.subject();
    StringBuilder text = new StringBuilder();
    text.append("# ").append(subject.title()).append("\n\n");
    text.append(subject.testClass()).append(", ").append(report.begun()).append(". ");
    text.append(report.counts()).append(".\n\n");
    row(text, List.of("level", "", "because"));
    row(text, List.of("---", "---", "---"));
    for (Verdict verdict : report.verdicts()) {
      String because = String.join("; ", verdict.because());
      row(text, List.of(verdict.level().id(), verdict.state().text(), because));
    }
    text.append('\n');
    row(text, List.of("what", "version"));
    row(text, List.of("---", "---"));
    subject.versions().forEach((what, version) -> row(text, List.of(what, version)));
    text.append('\n');
    row(text, List.of("test", "result", "reason", "seed", "ms"));
    row(text, List.of("---", "---", "---", "---", "---"));
    for (TestResult result : report.results()) {
      row(
          text,
          List.of(
              result.check().name(),
              result.outcome().text(),
              result.reason(),
              result.seed() == null ? "" : String.valueOf(result.seed()),
              String.valueOf(result.millis())));
    }
    return text.append('\n').toString();
  }

  private static void row(StringBuilder text, List<String> cells) {
    text.append('|');
    for (String cell : cells) {
      text.append(' ').append(cell.replaceAll("\\s+", " ").replace("|", "\\|")).append(" |");
    }
    text.append('\n');
  }
}
