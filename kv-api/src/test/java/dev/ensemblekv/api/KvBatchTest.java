// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KvBatchTest {
  private static final KvLimits LIMITS = new KvLimits(511, 1 << 20, (1 << 20) + 511);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> operations(KvBatch batch) {
    List<String> operations = new ArrayList<>();
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            operations.add("put " + text(key) + "=" + text(value));
          }

          @Override
          public void delete(byte[] key) {
            operations.add("delete " + text(key));
          }
        });
    return operations;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void keepsOrderAndCopiesWhatItIsGiven() {
    byte[] key = bytes("a");
    byte[] value = bytes("1");
    KvBatch batch = new KvBatch().put(key, value).delete(bytes("b")).put(key, bytes("2"));
    key[0] = 'x';
    value[0] = 'x';
    assertThat(operations(batch)).containsExactly("put a=1", "delete b", "put a=2");
    assertThat(batch.count()).isEqualTo(3);
    assertThat(batch.bytes()).isEqualTo(5);
    batch.clear();
    assertThat(batch.isEmpty()).isTrue();
    assertThat(batch.bytes()).isZero();
  }

  @Test
  void limitsAreCheckedForTheWholeAndForEachOperation() {
    LIMITS.checkBatch(new KvBatch().put(new byte[511], new byte[1 << 20]));
    assertThatThrownBy(() -> LIMITS.checkBatch(new KvBatch().delete(new byte[512])))
        .hasMessageContaining("512")
        .hasMessageContaining("511");
    assertThatThrownBy(
            () -> LIMITS.checkBatch(new KvBatch().put(bytes("k"), new byte[(1 << 20) + 1])))
        .hasMessageContaining("value");
    assertThatThrownBy(() -> LIMITS.checkBatch(new KvBatch().delete(new byte[0])))
        .hasMessageContaining("empty");
    KvBatch large = new KvBatch();
    large.put(bytes("a"), new byte[1 << 19]).put(bytes("b"), new byte[1 << 19]);
    large.put(bytes("c"), new byte[1 << 9]);
    assertThatThrownBy(() -> LIMITS.checkBatch(large)).hasMessageContaining("batch");
  }

  @Test
  void limitsBelowWhatEveryStoreTakesAreRefused() {
    assertThatThrownBy(() -> new KvLimits(510, 1 << 20, 1 << 30))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new KvLimits(511, (1 << 20) - 1, 1 << 30))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new KvLimits(511, 1 << 20, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
