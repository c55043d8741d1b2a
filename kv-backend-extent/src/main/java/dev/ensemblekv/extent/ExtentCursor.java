// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A walk over all pairs, part by part of the hashes, within a part in the order of the files.
 *
 * <p>Each key belongs to one part, so it is met once, whatever is written meanwhile. A part is read
 * from the index at once; between two steps nothing is held, so that a slow walk holds up nobody. A
 * record that a compaction moved away is looked up again.
 */
final class ExtentCursor implements KvCursor {
  private final Lookup lookup;
  private final List<HashRange> parts;
  private int nextPart;
  private Entries entries = new Entries();
  private int[] byLocation = {};
  private int position;
  private byte @Nullable [] key;
  private byte @Nullable [] value;
  private @Nullable KvException failure;
  private boolean closed;

  ExtentCursor(Lookup lookup) {
    this.lookup = lookup;
    this.parts = lookup.parts();
  }

  @Override
  public boolean next() {
    key = null;
    value = null;
    if (failure != null) {
      throw failure;
    }
    try {
      while (!closed) {
        if (position < byLocation.length) {
          int index = byLocation[position++];
          byte @Nullable [][] pair = lookup.pair(entries, index);
          if (pair != null) {
            key = pair[0];
            value = pair[1];
            return true;
          }
        } else if (!nextPart()) {
          break;
        }
      }
      return false;
    } catch (KvException e) {
      failure = e;
      throw e;
    }
  }

  private boolean nextPart() {
    if (nextPart == parts.size()) {
      return false;
    }
    entries = lookup.entries(parts.get(nextPart++));
    byLocation = entries.liveByLocation();
    position = 0;
    return true;
  }

  @Override
  public byte[] key() {
    return present(key).clone();
  }

  @Override
  public byte[] value() {
    return present(value).clone();
  }

  private static byte[] present(byte @Nullable [] bytes) {
    if (bytes == null) {
      throw new NoSuchElementException("the cursor stands on no pair");
    }
    return bytes;
  }

  @Override
  public void close() {
    closed = true;
    byLocation = new int[0];
    key = null;
    value = null;
  }
}
