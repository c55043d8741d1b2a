// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The commands, with so little work that their figures mean nothing. */
class BenchTest {
  @TempDir Path temp;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--directory", temp.toString(), "--heap", "64m"));
    all.add("--jvm-option=-XX:TieredStopAtLevel=1"); // nothing lives long enough for more
    return Bench.run(new PrintWriter(out), new PrintWriter(err, true), all.toArray(String[]::new));
  }

  @Test
  void peersAreComparedInSeveralRounds() throws Exception {
    Path report = temp.resolve("report");

    int exitCode =
        run(
            "peers",
            "raw-lmdb",
            "json",
            "--rounds=2",
            "--keys=100",
            "--operations=50",
            "--report=" + report);

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("- `./kv bench peers raw-lmdb json --rounds=2 ")
        .contains("- raw-lmdb: lmdbjava ")
        .contains("| 100 x 1000 B | load/s | load / sequential write | get/s | absent/s |")
        .contains("| 100 x 1000 B | get p50 us | get p90 us | get p99 us | get p99.9 us |")
        .contains("| 100 x 1000 B | written / put, load | written / put, 50:50 | disk / data |")
        .containsPattern("\n\\| json \\| [1-9]")
        .containsPattern("\n\\| json \\| \\d+\\.\\d+ \\(\\d+\\.\\d+ \\.\\.\\. ")
        .doesNotContain("NaN");
    assertThat(Files.readAllLines(report.resolve("peers.csv")))
        .hasSize(5)
        .first()
        .asString()
        .startsWith("round,engine,");
    assertThat(report.resolve("report.html")).content().contains("<h2>peers</h2>");
    assertThat(temp).isDirectoryNotContaining(path -> path.toString().contains("kv-bench-"));
  }

  @Test
  void workloadsAreDoneByEachEngine() {
    Path report = temp.resolve("report");
    int exitCode =
        run(
            "workloads",
            "raw-lmdb",
            "extent",
            "--workloads=load,A,D,E,F,absent,batch,delete,mine",
            "--define=mine=60 read, 40 update, sync, 3 threads, 50 % data, 5000 bytes, 2 passes",
            "--rounds=1",
            "--keys=200",
            "--operations=300",
            "--report=" + report);

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("| 200 x 1000 B | A calls/s | A p50 us | A p90 us | A p99 us |")
        .contains("| 200 x 1000 B | A reopen + 1 get | A peak RSS | mine reopen + 1 get |")
        .containsPattern("\n\\| raw-lmdb \\| [1-9]")
        .containsPattern(
            "\n\\| 200 x 1000 B \\| E .*\n.*\n\\| raw-lmdb \\| [1-9].*\n\\| extent \\| n/a")
        .contains("; not ordered");
    assertThat(report.resolve("workloads-lines.csv"))
        .content()
        .containsPattern("\n\"load: calls per second\",\"extent\",1,\\d")
        .containsPattern("\n\"mine: latency, us\",\"raw-lmdb\",1,9.0,\\d")
        .containsPattern("\n\"mine: disk / data\",\"extent\",1,0.0,\\d.*\n.*disk / data.*,\\d")
        .containsPattern("\n\"mine: written / put so far\",\"raw-lmdb\",1,\\d")
        .doesNotContain("A: disk / data");
    assertThat(temp).isDirectoryNotContaining(path -> path.toString().contains("kv-bench-"));
  }

  @Test
  void anEngineThatLosesAValueIsFoundOut() {
    int exitCode = run("peers", "memory", "--rounds=1", "--keys=10", "--operations=10");

    assertThat(exitCode).isEqualTo(3);
    assertThat(err.toString()).contains("memory failed with exit code 3");
  }

  @Test
  @EnabledOnOs(OS.LINUX) // elsewhere there is no telling what is in memory
  void coldReadsAreHeldAgainstTheDisk() {
    int exitCode = run("cold", "raw-lmdb", "--rounds=1", "--keys=300", "--percent=10", "--idle=0");

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("- raw-lmdb: lmdbjava ")
        .contains("| 300 x 1000 B | get/s | get / disk read | pages per get | absent/s |")
        .containsPattern("\n\\| raw-lmdb \\| [1-9]");
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void aRecordingTellsOfEachPhase() {
    Path report = temp.resolve("report");
    Path recording = temp.resolve("peers.jfr");
    assertThat(
            run(
                "peers",
                "json",
                "--rounds=1",
                "--keys=10",
                "--operations=10",
                "--jvm-option=-XX:StartFlightRecording=settings=profile,filename=" + recording))
        .as(err.toString())
        .isZero();

    int exitCode =
        Bench.run(
            new PrintWriter(out),
            new PrintWriter(err, true),
            "profile",
            recording.toString(),
            "--report=" + report);

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(report.resolve("profile.csv")).content().startsWith("phase,method,share\n");
    assertThat(report.resolve("report.html")).content().contains("\"load: of the samples");
    assertThat(out.toString())
        .contains("- `./kv bench profile peers.jfr`")
        .contains("filename=peers.jfr")
        .doesNotContain(temp.toString())
        .contains("| load | of the samples |")
        .contains("| 50:50 | of the samples |");
  }

  @Test
  void callsAreMeasuredByJmh() {
    int exitCode =
        run(
            "calls",
            "memory",
            "bare-memory",
            "--calls=get",
            "--keys=10",
            "--rounds=1",
            "--millis=10");

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(out.toString())
        .containsPattern("\\| memory \\| [1-9]")
        .containsPattern("\\| bare-memory \\| \\d+\\.\\d+ \\|")
        .contains("| get CPU us |");
  }

  @Test
  void anEnsembleGrowsInAModel() {
    Path report = temp.resolve("report");
    int exitCode =
        Bench.run(
            new PrintWriter(out),
            new PrintWriter(err, true),
            "growth",
            "--keys=100000",
            "--scale=10",
            "--max-keys=20000",
            "--directory=" + temp,
            "--report=" + report);

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(report.resolve("growth.csv"))
        .content()
        .startsWith("substores,\"data\",\"moved / data\",")
        .containsPattern("\n6,[\\d.E]+,0\\.");
    assertThat(report.resolve("report.html"))
        .content()
        .contains("\"title\":\"/ data\"")
        .contains("\"name\":\"rewritten\",\"round\":0,\"points\":[[0,");
    assertThat(out.toString())
        .contains("- `./kv bench growth --keys=100000 --scale=10 --max-keys=20000`\n")
        .contains("| substores | data | moved / data | rewritten / data |")
        .containsPattern("\\n\\| 6 \\| \\d+ MB \\| 0\\.")
        .contains("- 100,000 keys counted, 100,000 verified where they belong, 0 problems, 0 fail");
    assertThat(temp).isDirectoryNotContaining(path -> path.toString().contains("kv-bench-"));
  }

  @Test
  void anEngineIsMeasuredAtEachSize() {
    Path report = temp.resolve("report");

    int exitCode =
        run(
            "size",
            "ensemble:memory,ensemble.maxKeys=400",
            "--keys=2000",
            "--steps=4",
            "--gets=100",
            "--rounds=1",
            "--report=" + report);

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("| 2,000 x 1000 B | put/s | put/s, last step | get/s, last step |")
        .containsPattern("- ensemble:memory,ensemble.maxKeys=400: .*; \\d+ substores at last\n");
    assertThat(report.resolve("size-lines.csv"))
        .content()
        .containsPattern(
            "\n\"put/s by size\",\"ensemble:memory,ensemble.maxKeys=400\",1,0.002032,\\d");
    assertThat(temp).isDirectoryNotContaining(path -> path.toString().contains("kv-bench-"));
  }

  @Test
  void callsAreTimedWithAndWithoutSplits() {
    int exitCode =
        run("latency", "ensemble:extent", "--rounds=1", "--keys=200", "--seconds=1", "--rate=500");

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("| 200 x 1000 B | get p50 us | get p90 us |")
        .containsPattern("\\n\\| ensemble:extent splitting \\| \\d+")
        .containsPattern("\n\\| ensemble:extent \\| \\d+ \\| 0\\.0 \\|");
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void whatNeverSplitsIsNotMeasuredSplitting() {
    assertThat(run("latency", "extent", "--rounds=1", "--keys=10", "--seconds=1")).isEqualTo(3);
    assertThat(err.toString()).contains("extent failed with exit code 3");
  }

  @Test
  void anEngineIsNeeded() {
    assertThat(run("peers")).isEqualTo(2);
  }
}
