// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.ensemble.Manifest.Entry;
import dev.ensemblekv.ensemble.Manifest.Role;
import dev.ensemblekv.spi.io.CheckedText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ManifestTest {
  private static final Path PATH = Path.of("MANIFEST");
  private static final Path DISK = Path.of("/mnt/disk 2/kv");

  private static Manifest grown() {
    Region first = new Region(0, 0, 0);
    return Manifest.initial(0x0123_4567_89AB_CDEFL, 2)
        .with(0, new Entry(Role.CLEANING, first.lower(), 12, 345, Root.HOME))
        .with(2, new Entry(Role.OWNER, first.upper(), 6, 170, Root.HOME))
        .with(3, new Entry(Role.COPYING, new Region(1, 1, 1), Root.HOME));
  }

  @Test
  void isReadBackAsWritten() {
    assertThat(Manifest.decode(grown().encode(), PATH)).isEqualTo(grown());
    assertThat(Manifest.decode(grown().withClosed(true).encode(), PATH).closed()).isTrue();
  }

  @Test
  void looksAsItsDocumentationSays() {
    assertThat(new String(grown().encode(), StandardCharsets.UTF_8))
        .startsWith(
            """
            ensemblekv ensemble 1
            hash = xxh3-64
            seed = 0123456789abcdef
            bases = 2
            nextId = 4
            closed = true
            substore.0000 = cleaning 0/1/0 keys 12 bytes 345
            substore.0001 = owner 1/0/0 keys 0 bytes 0
            substore.0002 = owner 0/1/1 keys 6 bytes 170
            substore.0003 = copying 1/1/1 keys 0 bytes 0
            crc32c =""");
  }

  @Test
  void rootsAreToldByTheirIdsAndBelongToTheirSubstores() {
    Manifest spread =
        grown()
            .withRoots(List.of(new Root(Root.HOME, "", PATH), new Root(2, "cafe", DISK)))
            .with(3, new Entry(Role.COPYING, new Region(1, 1, 1), 2));
    assertThat(Manifest.decode(spread.encode(), PATH)).isEqualTo(spread);
    assertThat(new String(spread.encode(), StandardCharsets.UTF_8))
        .contains("substore.0003 = copying 1/1/1 keys 0 bytes 0 root 2\n")
        .contains("root.2 = cafe /mnt/disk 2/kv\n");
    assertThat(spread.rootNumber("cafe")).hasValue(2);
    assertThat(spread.rootNumber("beef")).isEmpty();
    assertThat(spread.substoresIn(2)).containsExactly("0003");
    Manifest unknown = spread.withRoots(List.of());
    assertThatThrownBy(() -> Manifest.decode(unknown.encode(), PATH))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("0003 is in root 2");
  }

  @Test
  void anyChangeOfAnyByteIsCorruption() {
    byte[] whole = grown().encode();
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 1;
      assertThatThrownBy(() -> Manifest.decode(damaged, PATH))
          .as("byte %d", i)
          .isInstanceOf(CorruptionException.class);
    }
  }

  /** Fields that have the right checksum, and were written by something else. */
  @Test
  void anyFieldsAreReadOrRefused() {
    SplittableRandom random = new SplittableRandom(1);
    Map<String, String> intact =
        CheckedText.decode(grown().encode(), PATH, Manifest.KIND, Manifest.VERSION).fields();
    for (int i = 0; i < 5000; i++) {
      Map<String, String> fields = new LinkedHashMap<>();
      intact.forEach(
          (name, value) ->
              fields.put(
                  random.nextInt(20) == 0 ? changed(name, random) : name,
                  random.nextInt(5) == 0 ? changed(value, random) : value));
      byte[] bytes = CheckedText.encode(Manifest.KIND, Manifest.VERSION, fields);
      try {
        Manifest manifest = Manifest.decode(bytes, PATH);
        assertThat(Manifest.decode(manifest.encode(), PATH)).as("%s", fields).isEqualTo(manifest);
      } catch (CorruptionException e) {
        assertThat(e.path()).contains(PATH);
      } catch (RuntimeException e) {
        throw new AssertionError(fields.toString(), e);
      }
    }
  }

  private static String changed(String text, SplittableRandom random) {
    String[] pieces = {
      "", "0", "1", "-1", "16", "17", "1024", "2147483647", "9".repeat(20), "/", " "
    };
    int from = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), from + random.nextInt(3));
    return text.substring(0, from) + pieces[random.nextInt(pieces.length)] + text.substring(to);
  }

  @Test
  void substoresThatOverlapOrLeaveAGapAreRefused() {
    Manifest gap =
        Manifest.initial(1, 1).with(0, new Entry(Role.OWNER, new Region(0, 1, 0), Root.HOME));
    assertThatThrownBy(() -> Manifest.decode(gap.encode(), PATH))
        .hasMessageContaining("do not cover");
    Manifest twice =
        Manifest.initial(1, 1)
            .with(0, new Entry(Role.OWNER, new Region(0, 1, 0), Root.HOME))
            .with(1, new Entry(Role.OWNER, new Region(0, 1, 0), Root.HOME));
    assertThatThrownBy(() -> Manifest.decode(twice.encode(), PATH))
        .hasMessageContaining("own the same keys");
    Manifest beyond =
        Manifest.initial(1, 1).with(1, new Entry(Role.COPYING, new Region(5, 0, 0), Root.HOME));
    assertThatThrownBy(() -> Manifest.decode(beyond.encode(), PATH))
        .hasMessageContaining("out of range");
  }

  @Test
  void idsAreNeverGivenTwice() {
    assertThat(grown().without(3).nextId()).isEqualTo(4);
  }
}
