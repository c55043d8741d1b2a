// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The keys that were written while a copy of their substore was made: it may lack what was written.
 * Thread-safe.
 *
 * <p>A key is noted after it was written, and taken before it is read: so whoever takes it reads
 * what was written, or it is there again.
 */
final class MissingKeys {
  /** When they take so much memory, writers are to be slowed down. */
  static final long MANY_BYTES = 16L << 20;

  /** What a key takes besides its own bytes, about. */
  static final int BYTES_PER_KEY = 128;

  private final Set<ByteBuffer> keys = ConcurrentHashMap.newKeySet();
  private final LongAdder bytes = new LongAdder();

  /** Goes on where it was: at the beginning there is more and more that was taken. */
  private Iterator<ByteBuffer> next = keys.iterator();

  /** Notes a key, which may be changed afterwards. */
  void note(byte[] key) {
    if (keys.add(ByteBuffer.wrap(key.clone()))) {
      bytes.add(memory(key));
    }
  }

  /** Takes so many keys at most, and one at least if there are any. For one thread at a time. */
  List<byte[]> take(int most) {
    List<byte[]> taken = new ArrayList<>();
    if (!next.hasNext()) {
      next = keys.iterator();
    }
    while (taken.size() < most && next.hasNext()) {
      ByteBuffer noted = next.next();
      next.remove();
      byte[] key = new byte[noted.remaining()];
      noted.get(0, key);
      bytes.add(-memory(key));
      taken.add(key);
    }
    return taken;
  }

  private static long memory(byte[] key) {
    return BYTES_PER_KEY + (long) key.length;
  }

  int count() {
    return keys.size();
  }

  /** Tells whether no more should come for now. */
  boolean areMany() {
    return bytes.sum() >= MANY_BYTES;
  }
}
