// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvTask;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoctorCommandTest {
  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);

  private static Map<String, String> checks(JsonNode json) {
    Map<String, String> checks = new HashMap<>();
    json.get("checks")
        .forEach(check -> checks.put(check.get("what").asText(), check.get("verdict").asText()));
    return checks;
  }

  @Test
  void whereEverythingWorksItSaysSo() {
    JsonNode json = console.run("doctor", "--json").isSilent(Exit.DONE).json();
    assertThat(json.get("ok").asBoolean()).isTrue();
    Map<String, String> checks = checks(json);
    assertThat(checks)
        .containsKeys(
            "java",
            "system",
            "arguments",
            "heap",
            "open files",
            "working directory",
            "temporary directory",
            "shelf",
            "jmx");
    assertThat(checks).containsEntry("shelf", "ok").containsEntry("jmx", "ok");
    assertThat(console.run("doctor").isSilent(Exit.DONE).out())
        .containsPattern("(?m)^ok +shelf +writes, reopens and reads$");
  }

  @Test
  void aBackendThatLosesDataIsBroken() {
    shelf.lossyLength = 5;
    Console.Result result = console.run("doctor").isSilent(Exit.FAILED);
    assertThat(result.out())
        .containsPattern("(?m)^broken +shelf +what was written was not read back$")
        .contains("-> try 'kv doctor --verbose'");
    assertThat(console.run("doctor", "--verbose").err()).contains("\tat ");
    assertThat(console.run("doctor", "--json").json().get("ok").asBoolean()).isFalse();
  }

  @Test
  void aBackendThatDoesNotOpenOrVerifyIsBroken() {
    shelf.damagedAtOpen = true;
    assertThat(console.run("doctor").isSilent(Exit.FAILED).out()).contains("a bit fell over");
    shelf.damagedAtOpen = false;
    shelf.problems = List.of(new KvTask.Problem("a page is torn", null));
    assertThat(console.run("doctor").isSilent(Exit.FAILED).out()).contains("verify finds problems");
  }

  @Test
  void aBackendThatKeepsNothingIsNotReopened() {
    shelf.features.remove(KvFeature.PERSISTENT);
    assertThat(console.run("doctor").isSilent(Exit.DONE).out())
        .containsPattern("(?m)^ok +shelf +writes and reads$");
  }

  @ParameterizedTest
  @CsvSource({
    "ext4, 10000000000, OK",
    "xfs, 1000, NOTE",
    "nfs4, 10000000000, NOTE",
    "CIFS, 10000000000, NOTE",
    "fuse.sshfs, 10000000000, NOTE",
    "tmpfs, 10000000000, NOTE",
  })
  void someFileSystemsAreWorthANote(String type, long freeBytes, Check.Verdict verdict) {
    Check check = SystemChecks.fileSystem("directory", type, freeBytes, "it is");
    assertThat(check.verdict()).isEqualTo(verdict);
    assertThat(check.advice().isEmpty()).isEqualTo(verdict == Check.Verdict.OK);
  }

  @Test
  void aSmallHeapAndFewFilesAreWorthANote() {
    assertThat(SystemChecks.heap(64 << 20).verdict()).isEqualTo(Check.Verdict.NOTE);
    assertThat(SystemChecks.heap(512 << 20).verdict()).isEqualTo(Check.Verdict.OK);
    assertThat(SystemChecks.openFiles(1024, 10).verdict()).isEqualTo(Check.Verdict.NOTE);
    assertThat(SystemChecks.openFiles(65_536, 10).verdict()).isEqualTo(Check.Verdict.OK);
  }
}
