// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Chapter 1: what is a key and what is a value. */
abstract class KeysAndValuesChapter extends Chapter {
  private static final long MAX_ALLOCATED_BYTES = 64 << 20;

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + (i >>> 8));
    }
    return bytes;
  }

  /** Returns every call that takes a key, by name. */
  private Map<String, ThrowingCallable> callsWithKey(byte[] key) {
    KvStore store = store();
    Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
    calls.put("get", () -> store.get(key));
    calls.put("read", () -> store.read(key, value -> value.remaining()));
    calls.put("exists", () -> store.exists(key));
    calls.put("getAll", () -> store.getAll(Arrays.asList(key(0), key)));
    calls.put("put", () -> store.put(key, value(0)));
    calls.put("delete", () -> store.delete(key));
    calls.put("write", () -> store.write(new KvBatch().put(key(0), value(9)).delete(key)));
    if (has(KvFeature.COMPARE_AND_SET)) {
      calls.put("compareAndSet", () -> store.compareAndSet(key, null, value(0)));
    }
    return calls;
  }

  /** If this fails, check what the engine adds to a key before its own limit applies. */
  @Test
  @Rule("1.1")
  @DisplayName("KV-1.1 A key has 1 to maxKeyBytes bytes")
  void longestAndShortestKeys() {
    KvStore store = store();
    int max = store.limits().maxKeyBytes();
    assertThat(max).isGreaterThanOrEqualTo(KvLimits.MIN_MAX_KEY_BYTES);
    Assumptions.assumeTrue(max <= MAX_ALLOCATED_BYTES, "keys may be over 64 MiB");
    byte[] longest = filled(max);
    byte[] almost = filled(max);
    almost[max - 1]++;
    store.put(longest, value(1));
    store.put(almost, value(2));
    store.put(new byte[] {7}, value(3));
    assertValue(store, longest, value(1));
    assertValue(store, almost, value(2));
    assertValue(store, new byte[] {7}, value(3));
    store.delete(longest);
    assertValue(store, longest, null);
    assertThat(contents(store)).containsOnlyKeys(ByteString.of(almost), ByteString.of(bytes(7)));
  }

  /** If this fails, check that every method, and each operation of a batch, checks its keys. */
  @Test
  @Rule("1.1")
  @DisplayName("KV-1.1 An empty key, or one over the limit, is refused and changes nothing")
  void emptyAndTooLongKeys() {
    KvStore store = store();
    store.put(key(0), value(0));
    int max = store.limits().maxKeyBytes();
    callsWithKey(new byte[0])
        .forEach(
            (name, call) -> assertThatIllegalArgumentException().as("%s", name).isThrownBy(call));
    if (max < MAX_ALLOCATED_BYTES) {
      callsWithKey(new byte[max + 1])
          .forEach(
              (name, call) ->
                  assertThatIllegalArgumentException()
                      .as("%s", name)
                      .isThrownBy(call)
                      .withMessageContaining(String.valueOf(max))
                      .withMessageContaining(String.valueOf(max + 1)));
    }
    assertContents(store, Map.of(ByteString.of(key(0)), ByteString.of(value(0))));
  }

  /** If this fails, check how values longer than the engine's own blocks or buffers are kept. */
  @Test
  @Rule("1.1")
  @DisplayName("KV-1.1 A value has up to maxValueBytes bytes; a longer one is refused")
  void longestValue() {
    KvStore store = store();
    int max = store.limits().maxValueBytes();
    assertThat(max).isGreaterThanOrEqualTo(KvLimits.MIN_MAX_VALUE_BYTES);
    store.put(key(0), value(0));
    int tried = max <= MAX_ALLOCATED_BYTES ? max : KvLimits.MIN_MAX_VALUE_BYTES;
    byte[] longest = filled(tried);
    store.put(key(1), longest);
    assertThat(Arrays.equals(store.get(key(1)), longest)).as("%d bytes come back", tried).isTrue();
    if (max < MAX_ALLOCATED_BYTES) {
      byte[] tooLong = new byte[max + 1];
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.put(key(0), tooLong))
          .withMessageContaining(String.valueOf(max))
          .withMessageContaining(String.valueOf(max + 1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.write(new KvBatch().put(key(0), value(1)).put(key(2), tooLong)));
      if (has(KvFeature.COMPARE_AND_SET)) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> store.compareAndSet(key(0), value(0), tooLong));
      }
      assertValue(store, key(0), value(0));
      assertValue(store, key(2), null);
    }
  }

  /** If this fails, check the size of a write that the engine takes at once. */
  @Test
  @Rule("1.1")
  @DisplayName("KV-1.1 A batch has up to maxBatchBytes bytes; a bigger one is refused")
  void biggestBatch() {
    KvStore store = store();
    long max = store.limits().maxBatchBytes();
    Assumptions.assumeTrue(max < MAX_ALLOCATED_BYTES, "batches may be over 64 MiB");
    byte[] chunk = new byte[Math.min(store.limits().maxValueBytes(), 1 << 20)];
    KvBatch batch = new KvBatch();
    int count = 0;
    while (batch.bytes() < max) {
      byte[] key = key(count++);
      long rest = max - batch.bytes() - key.length;
      if (rest < 0) {
        batch.delete(Arrays.copyOf(key, (int) (max - batch.bytes())));
        count--;
      } else {
        batch.put(key, rest >= chunk.length ? chunk : new byte[(int) rest]);
      }
    }
    store.write(batch);
    assertThat(store.size()).isEqualTo(count);
    batch.delete(bytes("x"));
    assertThatIllegalArgumentException()
        .as("a batch of one byte more")
        .isThrownBy(() -> store.write(batch))
        .withMessageContaining(String.valueOf(max))
        .withMessageContaining(String.valueOf(max + 1));
  }

  /** If this fails, check where a length of zero stands for "no value". */
  @Test
  @Rule("1.2")
  @DisplayName("KV-1.2 An empty value is not an absent one")
  void emptyValues() {
    KvStore store = store();
    store.put(key(0), new byte[0]);
    store.write(new KvBatch().put(key(1), new byte[0]));
    if (has(KvFeature.COMPARE_AND_SET)) {
      assertThat(store.compareAndSet(key(1), null, value(1))).isFalse();
      assertThat(store.compareAndSet(key(1), new byte[0], new byte[0])).isTrue();
      assertThat(store.compareAndSet(key(2), new byte[0], value(1))).isFalse();
    }
    for (byte[] key : List.of(key(0), key(1))) {
      assertThat(store.get(key)).as("an empty value").isNotNull().isEmpty();
      assertThat(store.exists(key)).isTrue();
      assertThat(store.<Integer>read(key, value -> value.remaining())).isZero();
    }
    assertThat(store.getAll(List.of(key(0), key(2))).get(0)).isNotNull().isEmpty();
    assertThat(store.size()).isEqualTo(2);
    assertThat(contents(store)).as("pairs visited").hasSize(2);
    if (has(KvFeature.PERSISTENT)) {
      assertThat(reopen().get(key(0))).isNotNull().isEmpty();
    }
  }

  /** If this fails, check arguments before the first change, batches and lists as a whole. */
  @Test
  @Rule("1.3")
  @DisplayName("KV-1.3 null is a NullPointerException, and nothing changes")
  void nulls() {
    KvStore store = store();
    store.put(key(0), value(0));
    Map<String, ThrowingCallable> calls = callsWithKey(nothing());
    calls.remove("write"); // a batch refuses null itself
    calls.put("put of a null value", () -> store.put(key(0), nothing()));
    calls.put("read with a null reader", () -> store.read(key(0), nothing()));
    calls.put("getAll of null", () -> store.getAll(nothing()));
    calls.put("write of null", () -> store.write(nothing()));
    calls.put("write with null durability", () -> store.write(new KvBatch(), nothing()));
    calls.put("write of null with durability", () -> store.write(nothing(), Durability.DEFAULT));
    calls.put("forEach of null", () -> store.forEach(nothing()));
    calls.put("forEach of a null prefix", () -> store.forEach(nothing(), (key, value) -> true));
    calls.put("forEach of a prefix with null", () -> store.forEach(key(0), nothing()));
    calls.put("unwrap of null", () -> store.unwrap(nothing()));
    calls.put("batch put of a null key", () -> new KvBatch().put(nothing(), value(0)));
    calls.put("batch put of a null value", () -> new KvBatch().put(key(0), nothing()));
    calls.put("batch delete of null", () -> new KvBatch().delete(nothing()));
    if (has(KvFeature.ORDERED)) {
      calls.put("scan of null", () -> store.scan(nothing()));
    }
    if (has(KvFeature.CHECKPOINT)) {
      calls.put("checkpoint to null", () -> store.checkpoint(nothing()));
    }
    calls.forEach((name, call) -> assertThatNullPointerException().as("%s", name).isThrownBy(call));
    assertContents(store, Map.of(ByteString.of(key(0)), ByteString.of(value(0))));
  }

  /** If this fails, check that whatever keeps an array after the call keeps a copy. */
  @Test
  @Rule("1.4")
  @DisplayName("KV-1.4 The caller may change the arrays it passed in")
  void argumentsAreNotKept() {
    KvStore store = store();
    Map<ByteString, ByteString> expected = new TreeMap<>();
    byte[] key = key(0);
    byte[] value = value(0);
    store.put(key, value);
    expected.put(ByteString.of(key(0)), ByteString.of(value(0)));
    Arrays.fill(key, (byte) 'x');
    Arrays.fill(value, (byte) 'x');
    assertContents(store, expected);

    byte[] batchKey = key(1);
    byte[] batchValue = value(1);
    KvBatch batch = new KvBatch().put(batchKey, batchValue);
    Arrays.fill(batchKey, (byte) 'x');
    Arrays.fill(batchValue, (byte) 'x');
    store.write(batch);
    batch.clear();
    expected.put(ByteString.of(key(1)), ByteString.of(value(1)));
    assertContents(store, expected);

    if (has(KvFeature.COMPARE_AND_SET)) {
      byte[] swapped = value(2);
      byte[] swappedKey = key(2);
      store.compareAndSet(swappedKey, null, swapped);
      Arrays.fill(swapped, (byte) 'x');
      Arrays.fill(swappedKey, (byte) 'x');
      expected.put(ByteString.of(key(2)), ByteString.of(value(2)));
      assertContents(store, expected);
    }
    byte[] missing = key(7);
    store.get(missing);
    store.exists(missing);
    store.delete(missing);
    Arrays.fill(missing, (byte) 'x');
    assertContents(store, expected);
  }

  /** If this fails, check what is handed out without a copy: a cache, an index, a list of keys. */
  @Test
  @Rule("1.4")
  @DisplayName("KV-1.4 The caller may change the arrays it got back")
  void resultsAreNotKept() {
    KvStore store = store();
    fill(store, 3);
    Map<ByteString, ByteString> expected = contents(store);
    scratch(Objects.requireNonNull(store.get(key(0))));
    store.getAll(List.of(key(0), key(1))).forEach(value -> scratch(Objects.requireNonNull(value)));
    store.forEach(
        (key, value) -> {
          scratch(key);
          scratch(value);
          return true;
        });
    store.forEach(
        bytes("key"),
        (key, value) -> {
          scratch(key);
          scratch(value);
          return true;
        });
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        scratch(key);
        scratch(cursor.value());
        assertThat(cursor.key()).as("the key of the same pair again").isNotEqualTo(key);
      }
    }
    store.read(
        key(0),
        value -> {
          assertThat(value.isReadOnly()).as("the buffer is read-only").isTrue();
          return null;
        });
    assertContents(store, expected);
  }

  private static void scratch(byte[] bytes) {
    Arrays.fill(bytes, (byte) '!');
  }

  /** If this fails, check the engine's own keys, separators, terminators and signs. */
  @Test
  @Rule("1.5")
  @DisplayName("KV-1.5 Any bytes are a legal key and a legal value")
  void anyBytes() {
    KvStore store = store();
    Map<ByteString, ByteString> expected = new TreeMap<>();
    for (int i = 0; i < 256; i++) {
      put(store, expected, bytes(i), bytes(i, 0, 255 - i));
    }
    for (byte[] key :
        List.of(
            bytes(0, 0),
            bytes(0, 0, 0),
            bytes('a', 0),
            bytes('a', 0, 0),
            bytes('a', 'a'),
            bytes(255, 255),
            bytes(255, 255, 255, 255),
            bytes(127, 255),
            bytes(128, 0),
            bytes(255, 254),
            bytes(0xC3, 0x28),
            bytes("\n"),
            bytes("\r\n"),
            bytes("a=b\n"),
            bytes("\"quoted\\"),
            bytes("../up"),
            bytes("ключ"))) {
      put(store, expected, key, key);
    }
    assertContents(store, expected);
    if (has(KvFeature.PERSISTENT)) {
      assertContents(reopen(), expected);
    }
    for (int i = 0; i < 256; i++) {
      store().delete(bytes(i));
      expected.remove(ByteString.of(bytes(i)));
    }
    assertContents(store(), expected);
  }

  private static void put(
      KvStore store, Map<ByteString, ByteString> expected, byte[] key, byte[] value) {
    store.put(key, value);
    expected.put(ByteString.of(key), ByteString.of(value));
  }

  /** If this fails, check that keys are compared whole, and as bytes rather than as text. */
  @Test
  @Rule("1.5")
  @DisplayName("KV-1.5 Keys that differ in one byte or in length are different keys")
  void keysAreComparedWhole() {
    KvStore store = store();
    int max = Math.min(store.limits().maxKeyBytes(), 4096);
    Map<ByteString, ByteString> expected = new TreeMap<>();
    for (int length = 1; length <= max; length = length * 2 + 1) {
      byte[] key = new byte[length];
      put(store, expected, key, value(length));
      key[length - 1] = 1;
      put(store, expected, key, value(-length));
      key[length - 1] = -1;
      put(store, expected, key, value(0));
    }
    put(store, expected, bytes("Key"), value(1));
    put(store, expected, bytes("key"), value(2));
    put(store, expected, bytes(0xC3, 0xA9), value(3)); // one letter, composed and not
    put(store, expected, bytes(0x65, 0xCC, 0x81), value(4));
    put(store, expected, bytes(0xFF), value(5)); // not UTF-8, nor are the next
    put(store, expected, bytes(0xFE), value(6));
    assertContents(store, expected);
  }
}
