// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.spi.HashSlice;
import dev.ensemblekv.spi.io.CheckedText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
  private static final Path PATH = Path.of("/store/MANIFEST");

  static Manifest some() {
    Usage usage = new Usage(10, 480, 3, 144);
    return new Manifest(
        7,
        0x8123456789ABCDEFL,
        1_000_002,
        12,
        new Manifest.Position(3, 4096),
        new Manifest.Position(4, 64),
        1L << 40,
        77,
        List.of(
            new Manifest.SegmentEntry(3, Segment.Kind.LOG, 6, 8000, 1, usage),
            new Manifest.SegmentEntry(4, Segment.Kind.RELOCATED, 7, 640, 5, Usage.NONE),
            new Manifest.SegmentEntry(1_000_001, Segment.Kind.LOG, 7, -1, 99, Usage.NONE)),
        List.of(new Manifest.RunEntry(11, 7, 5), new Manifest.RunEntry(2, 1, 100)),
        Manifest.Part.WHOLE);
  }

  private static Manifest divided() {
    return some()
        .withCopied(some())
        .divided(new HashSlice(5, 4))
        .withCopied(some().withoutSegments(List.of(3)))
        .withEpoch((9L << 32) + 1);
  }

  @Test
  void whatIsWrittenIsRead() {
    for (Manifest manifest : List.of(some(), divided(), Manifest.ofNewStore(-1))) {
      assertThat(Manifest.decode(manifest.encode(), PATH)).isEqualTo(manifest);
    }
  }

  @Test
  void eachFlippedBitAndEachCutIsFound() {
    byte[] intact = divided().encode();
    for (int at = 0; at < intact.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] bytes = intact.clone();
        bytes[at] ^= (byte) (1 << bit);
        assertCorrupt(bytes);
      }
      assertCorrupt(Arrays.copyOf(intact, at));
    }
  }

  private static void assertCorrupt(byte[] bytes) {
    assertThatThrownBy(() -> Manifest.decode(bytes, PATH))
        .isInstanceOfSatisfying(
            CorruptionException.class, e -> assertThat(e.path()).contains(PATH));
  }

  /** Bytes that have the right checksum, and were written by something else. */
  @Test
  void whatMakesNoSenseIsCorruption() {
    Map<String, String> fields =
        CheckedText.decode(divided().encode(), PATH, "extent", ManifestText.VERSION).fields();
    for (String name : fields.keySet()) {
      Map<String, String> lacking = new LinkedHashMap<>(fields);
      lacking.remove(name);
      if (!name.matches("segment\\..*|run\\..*|journal|keys")) { // of which there may be none
        assertCorrupt(CheckedText.encode("extent", ManifestText.VERSION, lacking));
      }
      for (String value :
          List.of("", "x", "1@", "@1", "log epoch", "9".repeat(30), "log epoch 1 end")) {
        Map<String, String> other = new LinkedHashMap<>(fields);
        other.put(name, value);
        assertCorrupt(CheckedText.encode("extent", ManifestText.VERSION, other));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "checkpoint, 3@-8",
    "checkpoint, 3@12",
    "checkpoint, -1@64",
    "checkpoint, 1000003@64",
    "durable, 3@1073741832",
    "nextSegment, 4",
    "nextRun, 11",
    "segment.-00001, log epoch 1 end -1 floor 1 records 0 bytes 0 deadRecords 0 deadBytes 0",
    "segment.0003, log epoch 1 end -1 floor 1 records 0 bytes 0 deadRecords 0 deadBytes 0",
    "segment.000004, log epoch 1 end -2 floor 1 records 0 bytes 0 deadRecords 0 deadBytes 0",
    "segment.000004, log epoch 1 end 63 floor 1 records 0 bytes 0 deadRecords 0 deadBytes 0",
    "segment.000004, dog epoch 7 end 640 floor 5 records 0 bytes 0 deadRecords 0 deadBytes 0",
    "segment.000004, log epoch 7 eddy 640 floor 5 records 0 bytes 0 deadRecords 0 deadBytes 0",
    "segment.000004, log epoch 7 end 640 floor 5 records 0 bytes 0 deadRecords 0 deadBytes 0 halvings 0 copied false",
    "segment.000004, log epoch 7 end 640 floor 5 records 0 bytes 0 deadRecords 0 deadBytes 0 halvings 33 copied false",
    "sequence, 007",
    "keys, 00000001/00000002 firstRun 5",
    "keys, 00000001/00000001 firstRun -1",
    "keys, 00000001/00000001 firstRun 13",
    "run.000011, epoch 7 entries -5",
    "run.11, epoch 7 entries 5",
    "run.000000, epoch 7 entries 5"
  })
  void aNumberThatCannotBeIsCorruption(String field, String value) {
    Map<String, String> fields =
        new LinkedHashMap<>(
            CheckedText.decode(some().encode(), PATH, "extent", ManifestText.VERSION).fields());
    fields.put(field, value);
    assertCorrupt(CheckedText.encode("extent", ManifestText.VERSION, fields));
  }

  @Test
  void aNewerVersionIsToldApart() {
    byte[] newer = CheckedText.encode("extent", ManifestText.VERSION + 1, Map.of("hash", "other"));
    assertThatThrownBy(() -> Manifest.decode(newer, PATH))
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("newer release");
  }
}
