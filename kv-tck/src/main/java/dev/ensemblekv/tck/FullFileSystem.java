// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a process does to a store whose file system gets full. */
final class FullFileSystem {
  private static final int VALUE_BYTES = 200_000;
  private static final int MOST_VALUES = 400;

  private final KvStoreTck tck;
  private final Path directory;
  private final Path ballast;

  /**
   * Prepares the test.
   *
   * @param ballast a file that is deleted to make space
   */
  FullFileSystem(KvStoreTck tck, Path directory, Path ballast) {
    this.tck = tck;
    this.directory = directory;
    this.ballast = ballast;
  }

  void run() throws IOException {
    KvStore store = tck.open(directory, tck.options());
    SplittableRandom random = new SplittableRandom(1);
    Map<ByteString, ByteString> expected = new TreeMap<>();
    KvException failure = null;
    byte[] unknown = Chapter.key(0);
    for (int i = 0; i < MOST_VALUES && failure == null; i++) {
      byte[] key = Chapter.key(i);
      byte[] value = new byte[VALUE_BYTES];
      random.nextBytes(value); // no smaller on disk
      unknown = key;
      failure = write(store, key, value);
      if (failure == null) {
        expected.put(ByteString.of(key), ByteString.of(value));
      }
    }
    assertThat(failure).as("what is thrown when the file system is full").isNotNull();
    expected.forEach((key, value) -> Chapter.assertValue(store, key.toArray(), value.toArray()));
    Files.delete(ballast);
    AfterFailure.check(store, failure, expected, tck.mustHappen());
    try (KvStore again = tck.open(directory, tck.options())) {
      AfterFailure.assertContentsBut("after reopening", unknown, again, expected);
      again.put(unknown, Chapter.value(2));
      again.flush();
      Chapter.assertValue(again, unknown, Chapter.value(2));
    }
  }

  private static @Nullable KvException write(KvStore store, byte[] key, byte[] value) {
    return AfterFailure.attempt(
        () -> {
          store.put(key, value);
          store.flush();
        });
  }
}
