// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static dev.ensemblekv.json.Fixture.bytes;
import static dev.ensemblekv.json.Fixture.metric;
import static dev.ensemblekv.json.Fixture.pairs;
import static dev.ensemblekv.json.Fixture.put;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreMismatchException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files that people edited: taken if they say so and the file is valid, else refused with a line.
 */
class HandEditTest {
  private static final String A = "{\"key\": \"a\", \"value\": \"1\"}";

  private final Fixture fixture = new Fixture();

  @BeforeEach
  void store() {
    try (KvStore store = fixture.open()) {
      put(store, "a", "1");
      put(store, "b", "2");
    }
  }

  @Test
  void anEditIsAcceptedIfTheChecksumLineWasRemovedAndIsPersistedWithANewOne() throws IOException {
    fixture.edit("\"1\"", "\"one\"");
    try (KvStore store = fixture.open()) {
      assertThat(pairs(store)).isEqualTo(Map.of("a", "one", "b", "2"));
      assertThat(metric(store, "dirtyChanges")).isPositive();
      fixture.pass(100);
      assertThat(metric(store, "dirtyChanges")).isZero();
      assertThat(fixture.text()).contains("crc32c", "one");
      assertThat(fixture.afterKill()).isEqualTo(Map.of("a", "one", "b", "2"));
    }
  }

  @Test
  void anEditThatWasPersistedIsCheckedLikeAnyOtherFile() throws IOException {
    fixture.edit("\"1\"", "\"one\"");
    try (KvStore store = fixture.open()) {
      store.flush();
      fixture.damage(fixture.text().replace("\"one\"", "\"two\""));
      KvTask task = store.verify();
      fixture.executor().runAll();
      assertThat(task.result().problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("checksum"));
    }
  }

  @Test
  void anEditIsPersistedAtCloseAtTheLatest() throws IOException {
    fixture.edit("\"1\"", "\"one\"");
    fixture.open().close();
    assertThat(fixture.text()).contains("crc32c", "one");
  }

  @Test
  void anEditIsAcceptedWithTheOptionForOneOpening() throws IOException {
    fixture.damage(fixture.text().replace("\"1\"", "\"one\""));
    assertThatThrownBy(fixture::open).isInstanceOf(CorruptionException.class);
    try (KvStore store = fixture.open("json.acceptEdit", "true")) {
      assertThat(pairs(store)).isEqualTo(Map.of("a", "one", "b", "2"));
    }
    fixture.open().close();
    fixture.damage(fixture.text().replace("\"one\"", "\"two\""));
    assertThatThrownBy(fixture::open).isInstanceOf(CorruptionException.class);
  }

  @Test
  void anEditIsReadButNotWrittenWhileReadingOnly() throws IOException {
    fixture.edit("\"1\"", "\"one\"");
    String edited = fixture.text();
    long changes = fixture.disk().changes();
    try (KvStore store = fixture.open("readOnly", "true")) {
      assertThat(pairs(store)).isEqualTo(Map.of("a", "one", "b", "2"));
      store.flush();
      fixture.pass(1000);
      KvTask task = store.verify();
      fixture.executor().runAll();
      assertThat(task.result().problems()).isEmpty();
    }
    assertThat(fixture.text()).isEqualTo(edited);
    assertThat(fixture.disk().changes()).as("only the lock").isLessThan(changes + 8);
  }

  @Test
  void aLayoutOfOnesOwnIsRead() throws IOException {
    fixture.damage(
        """
        {"version": 1, "format": "ensemblekv-json",\r
        "pairs":[ {
           "value" : "\\u00e9", "key" : "x"
        },{"valueBase64":"", "keyBase64":"//8="}]
        }""");
    try (KvStore store = fixture.open()) {
      assertThat(store.size()).isEqualTo(2);
      assertThat(store.get(bytes("x"))).isEqualTo(bytes("é"));
      assertThat(store.get(new byte[] {-1, -1})).isEmpty();
    }
  }

  @Test
  void theFiguresAreThoseOfTheEditedPairs() throws IOException {
    fixture.edit(A, "{\"key\": \"long\", \"value\": \"12345\"}");
    try (KvStore store = fixture.open()) {
      assertThat(metric(store, "keys")).isEqualTo(2);
      assertThat(metric(store, "liveBytes")).isEqualTo(11);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'key': 'b', 'value': '1'}; 7; 'b' is there twice",
        "{'keyBase64': 'Yg==', 'value': '1'}; 7; 'b' is there twice",
        "{'key': 'a', 'key': 'c', 'value': '1'}; 6; two fields for its key",
        "{'key': 'a', 'keyBase64': 'YQ==', 'value': '1'}; 6; two fields for its key",
        "{'key': 'a', 'value': '1', 'valueBase64': ''}; 6; two fields for its value",
        "{'key': 'a'}; 6; no value",
        "{'value': 'a'}; 6; no key",
        "{'key': 'a', 'values': '1'}; 6; 'values' is unknown",
        "{'key': 'a', 'value': 1}; 6; not a string",
        "{'key': 'a', 'value': null}; 6; not a string",
        "{'key': 'a', 'value': {}}; 6; not a string",
        "{'key': 'a', 'value': [['x']]}; 6; not a string",
        "{'key': '', 'value': '1'}; 6; empty",
        "{'keyBase64': '?', 'value': '1'}; 6; not Base64",
        "{'keyBase64': 'YQ=', 'value': '1'}; 6; not Base64",
        "{'key': '\\ud800', 'value': '1'}; 6; not Unicode",
        "{'key': 'a', 'value': '\t'}; 6; `CTRL-CHAR`",
        "{'key': 'a', 'value': '1',}; 6; character",
        "{key: 'a', 'value': '1'}; 6; character",
        "// a comment; 6; character",
        "'a'; 6; not an object",
        "NaN; 6; token",
      })
  void whatIsNotValidIsRefusedWithItsLine(String pair, int line, String problem)
      throws IOException {
    fixture.edit(A, pair.replace('\'', '"'));
    assertRefusedAt(line, problem.replace("'values'", "\"values\""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "'version': 1; 'version': 0; 3; version",
        "'version': 1; 'version': '1'; 3; version",
        "'version': 1; 'version': 99999999999999999999; 3; `long`",
        "'version': 1; 'version': 1, 'note': 'x'; 3; unknown",
        "'version': 1; 'version': 1, 'version': 1; 3; twice",
        "'version': 1,; ``; 5; before the pairs",
        "'version': 1; 'version': 9999999999999999999999; 3; Number",
        "'ensemblekv-json'; 'json'; 2; format",
        "'pairs': [; 'pairs': {}, 'more': [; 5; not a list",
        "'pairs'; 'store2'; 5; unknown",
      })
  void aHeadThatIsNotValidIsRefusedWithItsLine(String from, String to, int line, String problem)
      throws IOException {
    fixture.edit(from.replace('\'', '"'), to.replace('\'', '"'));
    assertRefusedAt(line, problem);
  }

  private void assertRefusedAt(int line, String problem) throws IOException {
    String edited = fixture.text();
    assertThatThrownBy(fixture::open)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContainingAll("line " + line + ", column ", problem);
    assertThatThrownBy(() -> fixture.open("json.acceptEdit", "true"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContainingAll("line " + line + ", column ", problem);
    assertThat(fixture.text()).isEqualTo(edited);
  }

  @Test
  void whatIsNoObjectIsRefused() throws IOException {
    for (String text : new String[] {"", " ", "[]", "1", "null", "{}", "\u0000"}) {
      fixture.damage(text);
      assertThatThrownBy(fixture::open).as(text).isInstanceOf(CorruptionException.class);
    }
  }

  @Test
  void aKeyThatIsTooLongIsRefused() throws IOException {
    fixture.edit("\"a\"", "\"" + "a".repeat((64 << 10) + 1) + "\"");
    assertRefusedAt(6, "65536");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws IOException {
    fixture.edit("\"1\"", "\"#\"");
    byte[] edited = fixture.disk().contents(fixture.file());
    edited[fixture.text().indexOf('#')] = (byte) 0xE9;
    fixture.disk().damage(fixture.file(), edited);
    assertThatThrownBy(fixture::open)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("line 6, column ");
  }

  @Test
  void anEncodingThatIsNotUtf8IsRefused() throws IOException {
    String edited = fixture.text().replaceFirst(" *\"crc32c\".*\n", "");
    for (Charset charset : new Charset[] {UTF_16LE, UTF_16BE, UTF_16}) {
      fixture.disk().damage(fixture.file(), edited.getBytes(charset));
      assertThatThrownBy(fixture::open)
          .as(charset.name())
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("line 1, column ");
    }
  }

  @Test
  void aNewerVersionIsAMismatchWhateverFollows() throws IOException {
    fixture.edit("\"version\": 1", "\"version\": 2, \"compressed\": {\"deep\": [[[]]]}");
    assertThatThrownBy(fixture::open)
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContainingAll("version 2", "newer release");
  }

  @Test
  void aNewerVersionWithAChecksumIsAMismatchUnlessTheFileIsDamaged() throws IOException {
    String body = "  \"format\": \"ensemblekv-json\",\n  \"version\": 2,\n" + "?".repeat(100_000);
    CRC32C sum = new CRC32C();
    sum.update(bytes(body));
    String head = new String(DataFormat.head((int) sum.getValue()), UTF_8);
    fixture.damage(head + body);
    assertThatThrownBy(fixture::open).isInstanceOf(StoreMismatchException.class);
    fixture.damage(head + body + "?");
    assertThatThrownBy(fixture::open).isInstanceOf(CorruptionException.class);
  }

  @Test
  void whatComesAfterTheEndIsRefused() throws IOException {
    for (String more : new String[] {"{}", "1", "]", "\u0000"}) {
      fixture.edit("}\n", "}\n");
      fixture.damage(fixture.text() + more);
      assertThatThrownBy(fixture::open).as(more).isInstanceOf(CorruptionException.class);
      fixture.damage(fixture.text().substring(0, fixture.text().length() - more.length()));
    }
    fixture.open().close();
  }

  @Test
  void theIdOfAnotherStoreIsAMismatchUntilItsLineIsRemovedToo() throws IOException {
    String id =
        fixture.machine.environment().describe(fixture.machine.directory()).orElseThrow().id();
    String other = id.replace(id.charAt(0), id.charAt(0) == '0' ? '1' : '0');
    fixture.edit(id, other);
    assertThatThrownBy(fixture::open).isInstanceOf(StoreMismatchException.class);
    assertThatThrownBy(() -> fixture.open("json.acceptEdit", "true"))
        .isInstanceOf(StoreMismatchException.class);
    fixture.edit("  \"store\": \"" + other + "\",\n", "");
    fixture.open(KvOptions.defaults()).close();
    assertThat(fixture.text()).contains(id);
  }
}
