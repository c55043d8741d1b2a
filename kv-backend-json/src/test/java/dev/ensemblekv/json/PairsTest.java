// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static dev.ensemblekv.json.Fixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairsTest {
  private final Pairs pairs = new Pairs();

  @Test
  void theFiguresAreThoseOfTheMapAfterAnyChanges() {
    Random random = new Random(5);
    for (int i = 0; i < 2000; i++) {
      byte[] key = bytes("k" + random.nextInt(20));
      byte[] value = new byte[random.nextInt(10)];
      switch (random.nextInt(4)) {
        case 0 -> pairs.change(key, null);
        case 1 -> pairs.changeAll(new KvBatch().put(key, value).delete(key).put(key, value));
        case 2 -> pairs.compareAndSet(key, pairs.get(key), random.nextBoolean() ? value : null);
        default -> pairs.change(key, value);
      }
      pairs.checkInvariants();
    }
  }

  @Test
  void onlyWhatChangesSomethingIsAChange() {
    assertThat(pairs.change(bytes("a"), null)).isZero();
    assertThat(pairs.change(bytes("a"), bytes("1"))).isEqualTo(1);
    assertThat(pairs.compareAndSet(bytes("a"), null, bytes("2"))).isEqualTo(Pairs.MISMATCH);
    assertThat(pairs.compareAndSet(bytes("b"), null, null)).isEqualTo(1);
    assertThat(pairs.changeAll(new KvBatch().delete(bytes("b")).delete(bytes("a")))).isEqualTo(2);
    assertThat(pairs.figures()).isEqualTo(new Pairs.Figures(0, 0, 2, 0));
  }

  @Test
  void aPairThatIsLoadedIsNoChange() {
    assertThat(pairs.load(bytes("a"), bytes("1"))).isTrue();
    assertThat(pairs.load(bytes("a"), bytes("2"))).isFalse();
    assertThat(pairs.figures().changes()).isZero();
  }

  @Test
  void comparingAndSettingByManyThreadsLosesNoIncrement() throws InterruptedException {
    byte[] key = bytes("counter");
    pairs.change(key, number(0));
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread = new Thread(() -> IntStream.range(0, 50_000).forEach(n -> increment(key)));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(pairs.get(key)).isEqualTo(number(200_000));
  }

  private static byte[] number(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private void increment(byte[] key) {
    byte[] old;
    byte[] next;
    do {
      old = pairs.get(key);
      next = number(ByteBuffer.wrap(old).getInt() + 1);
    } while (pairs.compareAndSet(key, old, next) == Pairs.MISMATCH);
  }
}
