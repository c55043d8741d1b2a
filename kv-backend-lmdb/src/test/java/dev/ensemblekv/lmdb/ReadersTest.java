// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import static dev.ensemblekv.lmdb.Fixture.bytes;
import static dev.ensemblekv.lmdb.Fixture.fill;
import static dev.ensemblekv.lmdb.Fixture.metric;
import static dev.ensemblekv.lmdb.Fixture.open;
import static dev.ensemblekv.lmdb.Fixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFullException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who reads, how many can, and what they hold. */
class ReadersTest {
  @TempDir Path directory;

  @Test
  void theReaderOfAZeroCopyReadIsAReader() {
    try (KvStore store = open(directory, "lmdb.zeroCopy=true", "lmdb.reserve=1MiB")) {
      store.put(bytes("k"), bytes("value"));
      String read =
          store.read(
              bytes("k"),
              buffer -> {
                assertThat(buffer.isDirect()).isTrue();
                assertThat(buffer.isReadOnly()).isTrue();
                assertThat(metric(store, "readers")).isEqualTo(1);
                assertThatThrownBy(() -> fill(store, 0, 3))
                    .isInstanceOf(StoreFullException.class)
                    .hasMessageContaining("this thread");
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
              });
      assertThat(read).isEqualTo("value");
      assertThat(metric(store, "readers")).isZero();
      fill(store, 0, 3);
    }
  }

  @Test
  void withoutZeroCopyNothingIsHeldDuringARead() {
    try (KvStore store = open(directory)) {
      store.put(bytes("k"), bytes("value"));
      assertThat(store.<Long>read(bytes("k"), buffer -> metric(store, "readers"))).isZero();
    }
  }

  @Test
  void aThousandScansCanBeOpenAndTooManyAreRefusedByName() {
    try (KvStore store = open(directory)) {
      store.put(bytes("k"), bytes("v"));
      List<KvCursor> scans = new ArrayList<>();
      for (int i = 0; i < Readers.MAX; i++) {
        scans.add(store.scan(KeyRange.all()));
      }
      assertThatThrownBy(() -> store.get(bytes("k")))
          .isInstanceOf(KvException.class)
          .hasMessageContaining("all 2048 readers are in use; close scans");
      assertThat(metric(store, "openScans")).isEqualTo(Readers.MAX);
      store.put(bytes("k"), bytes("w")); // writing needs none
      for (KvCursor scan : scans) {
        assertThat(scan.next()).isTrue();
        assertThat(scan.value()).isEqualTo(bytes("v"));
        scan.close();
      }
      assertThat(store.get(bytes("k"))).isEqualTo(bytes("w"));
    }
  }

  @Test
  void theReadersOfAKilledProcessHoldNothing() throws Exception {
    Path output = directory.resolve("output.txt");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Scanner.class.getName(),
                directory.resolve("store").toString())
            .redirectError(output.toFile())
            .start();
    try (InputStream ready = child.getInputStream()) {
      assertThat(ready.read()).as("%s", Files.readString(output)).isEqualTo('R');
    } finally {
      child.destroyForcibly().waitFor();
    }
    try (KvStore store = open(directory.resolve("store"))) {
      for (int i = 0; i < 30; i++) {
        store.put(bytes("k"), value(i, 1 << 20));
      }
      assertThat(metric(store, "diskBytes")).isLessThan(8 << 20);
    }
  }

  @Test
  void theNativeLibraryLeavesNoFiles() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Scanner.class.getName(),
                directory.resolve("store").toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (InputStream ready = child.getInputStream()) {
      assertThat(ready.read()).isEqualTo('R');
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(temporary).isEmptyDirectory();
  }

  /** The child: has a scan open when it is killed. */
  static final class Scanner {
    private Scanner() {}

    public static void main(String[] args) throws Exception {
      KvStore store = open(Path.of(args[0]));
      store.put(bytes("k"), ByteBuffer.allocate(1 << 20).array());
      try (KvCursor scan = store.scan(KeyRange.all())) {
        scan.next();
        System.out.print('R');
        System.out.flush();
        while (System.in.read() >= 0) {} // until it is killed
      }
    }
  }
}
