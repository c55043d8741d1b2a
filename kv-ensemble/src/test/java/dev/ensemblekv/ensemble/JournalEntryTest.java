// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JournalEntryTest {
  private static final byte[] STORE = new byte[16];
  private static final long OFFSET = 4096;

  private static KvBatch some(SplittableRandom random) {
    KvBatch batch = new KvBatch();
    for (int i = random.nextInt(6); i >= 0; i--) {
      byte[] key = bytes(random, 1 + random.nextInt(12));
      if (random.nextBoolean()) {
        batch.put(key, bytes(random, random.nextInt(20)));
      } else {
        batch.delete(key);
      }
    }
    return batch;
  }

  private static byte[] bytes(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static List<String> operations(KvBatch batch) {
    List<String> operations = new ArrayList<>();
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            operations.add(Arrays.toString(key) + Arrays.toString(value));
          }

          @Override
          public void delete(byte[] key) {
            operations.add(Arrays.toString(key));
          }
        });
    return operations;
  }

  private static byte[] body(byte[] entry) {
    JournalEntry.Header header =
        Objects.requireNonNull(JournalEntry.header(STORE, OFFSET, entry, 0));
    int begin = JournalEntry.HEADER_BYTES;
    return Arrays.copyOfRange(entry, begin, begin + (int) header.bodyBytes());
  }

  @Test
  void whatIsWrittenIsRead() {
    SplittableRandom random = new SplittableRandom(1);
    for (long number = 1; number < 500; number++) {
      KvBatch batch = some(random);
      JournalEntry entry = JournalEntry.of(batch);
      byte[] bytes = entry.at(STORE, OFFSET, number, 48);
      JournalEntry.Header header =
          Objects.requireNonNull(JournalEntry.header(STORE, OFFSET, bytes, 0));
      assertThat(header.number()).isEqualTo(number);
      assertThat(header.durable()).isEqualTo(48);
      assertThat(header.entryBytes()).isEqualTo(entry.length()).isLessThanOrEqualTo(bytes.length);
      assertThat(operations(JournalEntry.batch(body(bytes)))).isEqualTo(operations(batch));
      assertThat(JournalEntry.header(STORE, OFFSET + 8, bytes, 0)).isNull();
      bytes[random.nextInt(JournalEntry.HEADER_BYTES)] ^= 16;
      assertThat(JournalEntry.header(STORE, OFFSET, bytes, 0)).isNull();
    }
  }

  /** A body that something else wrote is some batch or is refused, and nothing else. */
  @Test
  void bytesThatMakeNoSenseAreRefused() {
    SplittableRandom random = new SplittableRandom(2);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] body = body(JournalEntry.of(some(random)).at(STORE, OFFSET, 1, 48));
      body[random.nextInt(body.length)] = (byte) random.nextInt(4);
      byte[] cut = Arrays.copyOf(body, random.nextInt(body.length + 1));
      try {
        JournalEntry.batch(cut);
      } catch (IllegalArgumentException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(500);
  }
}
