// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A list of puts and deletes to be written together by {@link KvStore#write(KvBatch)}.
 *
 * <p>It copies what is added, may be written more than once, to any store, and is not thread-safe.
 */
public final class KvBatch {
  private final List<Operation> operations = new ArrayList<>();
  private long bytes;

  /** Creates an empty batch. */
  public KvBatch() {}

  /** Adds a put. */
  public KvBatch put(byte[] key, byte[] value) {
    byte[] ownKey = key.clone();
    byte[] ownValue = value.clone();
    operations.add(new Operation(ownKey, ownValue));
    bytes += (long) ownKey.length + ownValue.length;
    return this;
  }

  /** Adds a delete. */
  public KvBatch delete(byte[] key) {
    byte[] ownKey = key.clone();
    operations.add(new Operation(ownKey, null));
    bytes += ownKey.length;
    return this;
  }

  /** Removes all operations. */
  public void clear() {
    operations.clear();
    bytes = 0;
  }

  /** Returns the number of operations. */
  public int count() {
    return operations.size();
  }

  /** Tells whether there are no operations. */
  public boolean isEmpty() {
    return operations.isEmpty();
  }

  /** Returns the sum of the lengths of all keys and values, in bytes. */
  public long bytes() {
    return bytes;
  }

  /** Tells the operations to a handler, in the order in which they were added. */
  public void replay(Handler handler) {
    Objects.requireNonNull(handler, "handler");
    for (Operation operation : operations) {
      if (operation.value == null) {
        handler.delete(operation.key);
      } else {
        handler.put(operation.key, operation.value);
      }
    }
  }

  /**
   * Takes the operations of a batch. The arrays are the batch's own and never change: the handler
   * may keep them, and must not change them.
   */
  public interface Handler {
    /** Takes a put. */
    void put(byte[] key, byte[] value);

    /** Takes a delete. */
    void delete(byte[] key);
  }

  @Override
  public String toString() {
    return "KvBatch[count=" + count() + ", bytes=" + bytes + "]";
  }

  /** One put, or a delete if there is no value. */
  private static final class Operation {
    final byte[] key;
    final byte @Nullable [] value;

    Operation(byte[] key, byte @Nullable [] value) {
      this.key = key;
      this.value = value;
    }
  }
}
