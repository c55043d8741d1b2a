// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys that were written while a copy of their substore was made: it may lack what was written.
 * Thread-safe.
 *
 * <p>A key is noted after it was written, and taken before it is read: so whoever takes it reads
 * what was written, or it is there again.
 */
final class MissingKeys {
  /** They take memory, so when there are so many, writers are to be slowed down. */
  static final int MANY = 1 << 17;

  private final Set<ByteBuffer> keys = ConcurrentHashMap.newKeySet();

  /** Notes a key, which may be changed afterwards. */
  void note(byte[] key) {
    keys.add(ByteBuffer.wrap(key.clone()));
  }

  /** Takes so many keys at most. */
  List<byte[]> take(int most) {
    List<byte[]> taken = new ArrayList<>();
    Iterator<ByteBuffer> all = keys.iterator();
    while (taken.size() < most && all.hasNext()) {
      ByteBuffer key = all.next();
      all.remove();
      byte[] bytes = new byte[key.remaining()];
      key.get(0, bytes);
      taken.add(bytes);
    }
    return taken;
  }

  int count() {
    return keys.size();
  }

  /** Tells whether no more should come for now. */
  boolean areMany() {
    return keys.size() >= MANY;
  }
}
