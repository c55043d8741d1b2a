// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvCursor;
import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;

/**
 * A walk over all pairs that holds no reader between its steps: it reads some at a time, hands them
 * out, and goes on behind the last of them. So whoever is slow holds up nobody.
 */
final class ChunkedCursor implements KvCursor {
  private static final int MAX_CHUNK_PAIRS = 256;
  private static final int MAX_CHUNK_BYTES = 256 << 10;

  private final Database database;
  private final Readers readers;
  private final Values values;
  private final Failures failures;
  private final ArrayDeque<Pair> chunk = new ArrayDeque<>();
  private byte @Nullable [] last;
  private @Nullable Pair current;
  private boolean atEnd;
  private @Nullable CorruptionException damage;

  /**
   * A pair that was read.
   *
   * @param key the key
   * @param value the value
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Pair(byte[] key, byte[] value) {}

  ChunkedCursor(Database database, Readers readers, Values values, Failures failures) {
    this.database = database;
    this.readers = readers;
    this.values = values;
    this.failures = failures;
  }

  @Override
  public boolean next() {
    current = null;
    if (chunk.isEmpty() && !atEnd) {
      if (damage == null) {
        readChunk();
      }
      if (chunk.isEmpty() && damage != null) {
        throw damage;
      }
    }
    current = chunk.poll();
    return current != null;
  }

  /**
   * Steps over the value that {@link #next} threw for, so that the walk can go on.
   *
   * @return whether there was one; else it was not a value that was damaged
   */
  boolean skipDamage() {
    boolean skipped = damage != null;
    damage = null;
    return skipped;
  }

  private void readChunk() {
    Reader reader = readers.begin();
    try (Cursor<Slice> cursor = database.dbi().openCursor(reader.txn())) {
      boolean found = last == null ? cursor.first() : Bounds.after(cursor, reader.keySlice(), last);
      long bytes = 0;
      while (found && damage == null && bytes < MAX_CHUNK_BYTES && chunk.size() < MAX_CHUNK_PAIRS) {
        bytes += add(cursor);
        found = cursor.next();
      }
      atEnd = !found && damage == null;
    } catch (RuntimeException e) {
      throw failures.translate("the iteration cannot go on", e);
    } finally {
      readers.end(reader);
    }
  }

  /** Adds a pair, or remembers that it is damaged, to be told when those before it are told. */
  private int add(Cursor<Slice> cursor) {
    byte[] key = cursor.key().copy(0);
    last = key;
    try {
      byte[] value = values.get(key, cursor.val());
      chunk.add(new Pair(key, value));
      return key.length + value.length;
    } catch (CorruptionException e) {
      damage = e;
      return 0;
    }
  }

  @Override
  public byte[] key() {
    return positioned().key().clone();
  }

  @Override
  public byte[] value() {
    return positioned().value().clone();
  }

  private Pair positioned() {
    Pair pair = current;
    if (pair == null) {
      throw new NoSuchElementException("the cursor stands on no pair: call next() first");
    }
    return pair;
  }

  @Override
  public void close() {
    chunk.clear();
    current = null;
    atEnd = true;
    damage = null;
  }
}
