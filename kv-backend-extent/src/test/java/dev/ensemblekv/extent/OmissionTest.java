// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Engines that leave out one step that the order of durability demands: the search through the
 * crashes must find each of them out.
 */
class OmissionTest {
  private static final int MOST_SEEDS = 32;

  /** What is left out, or done too early. */
  enum Omission {
    RUN_NOT_FORCED("RunWriter", "file.force();", ""),
    NAME_OF_A_RUN_NOT_SYNCED("RunWriter", "files.disk.syncDirectory(files.directory);", ""),
    NAME_OF_A_SEGMENT_NOT_SYNCED(
        "LogSegments",
        "segment.force();\\n      files.disk.syncDirectory",
        "segment.force();\\n      java.util.Objects.requireNonNull"),
    MANIFEST_FOUND_AFTER_A_KILL_NOT_SYNCED(
        "LogSegments", "syncNames();\\n        catalog", "catalog"),
    MANIFEST_NOT_SYNCED(
        "Catalog",
        "DiskFiles.replace(files.disk, path, next.encode());",
        """
        byte[] bytes = next.encode();
        Path temporary = DiskFiles.temporary(path);
        files.disk.delete(temporary);
        try (var file = files.disk.create(temporary)) {
          file.write(0, bytes, 0, bytes.length);
          file.force();
        }
        files.disk.rename(temporary, path);
        """),
    MANIFEST_NOT_FORCED(
        "Catalog",
        "DiskFiles.replace(files.disk, path, next.encode());",
        """
        byte[] bytes = next.encode();
        Path temporary = DiskFiles.temporary(path);
        files.disk.delete(temporary);
        try (var file = files.disk.create(temporary)) {
          file.write(0, bytes, 0, bytes.length);
        }
        files.disk.rename(temporary, path);
        files.disk.syncDirectory(files.directory);
        """),
    SEGMENT_NOT_IN_THE_MANIFEST(
        "LogSegments", "change.apply(manifest).withSegment(entry)", "change.apply(manifest)"),
    SEGMENT_DELETED_THAT_IS_IN_THE_MANIFEST(
        "LogSegments",
        "publish(next, manifest -> without(manifest, old));",
        "publish(next, manifest -> manifest);"),
    UNUSED_SEGMENT_LEFT_IN_THE_MANIFEST_AT_THE_END(
        "LogSegments", "catalog.edit(manifest -> without(manifest, unused));", ""),
    INDEX_NOT_DURABLE_BEFORE_THE_ORIGINALS_ARE_DROPPED(
        "Compactor", "log.freeze();\\n      publishFrozen();", "log.freeze();"),
    LOG_NOT_FORCED_BEFORE_ITS_RUN_IS_NAMED("Publisher", "log.force(frozen.sequence());", ""),
    SYNC_ANSWERED_BEFORE_ITS_FORCE("Writes", "parts.log.force(sequence);", ""),
    FULL_SEGMENT_NEVER_FORCED("Appender", "rolled.add(entry);", ""),
    REPLAYED_LOG_NOT_FORCED_AFTER_A_KILL("LogSegments", "sync.force(); // what", "// what"),
    TORN_TAIL_NOT_CUT("LogSegments", "cut(last);", ""),
    BODY_OF_A_RECORD_NOT_CHECKED(
        "Replay",
        "scan.next() && scan.isBodyIntact()) {\\n      boolean",
        "scan.next()) {\\n      boolean"),
    BATCH_WITHOUT_ITS_COMMIT(
        "Replay", "if (scan.isInBatch()) {", "if (scan.isInBatch() && !\"\".isEmpty()) {"),
    TAIL_NOT_ENDED_AFTER_A_CRASH("LogSegments", ".mapSegments(this::ending)", ""),
    LATER_PUT_LOST_BY_A_COMPACTION(
        "Compactor",
        "if (index.current().find(part.hash(i), bucket) == part.original(i)) {",
        "if (bucket.length > 0) {"),
    COPIES_NOT_FORCED("Relocation", "segment.finish();", ""),
    NAME_OF_COPIES_NOT_SYNCED("Relocation", "files.disk.syncDirectory(files.directory);", ""),
    ORIGINALS_DROPPED_BEFORE_THE_COPIES_ARE_FOUND(
        "Compactor", "move.finishPart();", "drop(victims); move.finishPart();"),
    ORIGINALS_DELETED_BEFORE_THEY_ARE_DROPPED(
        "Compactor",
        "List<Integer> ids =",
        "victims.forEach(log::dispose);\\n    List<Integer> ids ="),
    RUNS_DELETED_BEFORE_THE_MERGED_ONE_IS_NAMED(
        "Merger",
        "publisher.edit(merged,",
        "chosen.forEach(this::dispose);\\n    publisher.edit(merged,");

    private final String source;
    private final String text;
    private final String replacement;

    Omission(String source, String text, String replacement) {
      this.source = source;
      this.text = text.replace("\\n", "\n");
      this.replacement = replacement.replace("\\n", "\n");
    }

    Mutant engine(Path scratch) {
      return Mutant.of(scratch, source, text, replacement);
    }
  }

  /** Searches with the engine of whoever loads it. */
  static final class Search implements Supplier<String> {
    private final long seed;

    Search(long seed) {
      this.seed = seed;
    }

    /** Returns what was found; empty: nothing. */
    @Override
    public String get() {
      try {
        new CrashScenario(seed).explorer().explore();
        return "";
      } catch (AssertionError e) {
        return String.valueOf(e.getMessage());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void isFoundOut(Omission omission, @TempDir Path scratch) {
    Mutant engine = omission.engine(scratch);
    String found = "";
    for (long seed = 1; seed <= MOST_SEEDS && found.isEmpty(); seed++) {
      found = (String) engine.make(Search.class, Supplier.class, seed).get();
    }
    assertThat(found).as("what was found within %d seeds", MOST_SEEDS).isNotEmpty();
  }
}
