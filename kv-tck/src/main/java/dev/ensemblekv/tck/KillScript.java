// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * An endless list of writes, drawn from a seed: a child process does them until it is killed, and
 * its parent knows what the store holds after each.
 */
final class KillScript {
  private static final int KEYS = 40;

  private final long seed;

  KillScript(long seed) {
    this.seed = seed;
  }

  /** Does one step. */
  void write(KvStore store, int step) {
    KvBatch batch = batch(step);
    if (batch.count() > 1) {
      store.write(batch);
    } else {
      batch.replay(
          new KvBatch.Handler() {
            @Override
            public void put(byte[] key, byte[] value) {
              store.put(key, value);
            }

            @Override
            public void delete(byte[] key) {
              store.delete(key);
            }
          });
    }
    if (step % 97 == 96) {
      store.flush();
    }
  }

  /** Returns the writes of a step, of which only a batch has more than one. */
  KvBatch batch(int step) {
    SplittableRandom random = new SplittableRandom(seed + step * 0x9E3779B97F4A7C15L);
    KvBatch batch = new KvBatch();
    for (int i = random.nextInt(5) == 0 ? 4 : 1; i > 0; i--) {
      byte[] key = Chapter.key(random.nextInt(KEYS));
      if (random.nextInt(4) == 0) {
        batch.delete(key);
      } else {
        batch.put(key, Chapter.bytes(step + "-" + "x".repeat(random.nextInt(300))));
      }
    }
    return batch;
  }

  /** Returns the states that the store may have if all steps before one count, and that one may. */
  List<Map<ByteString, ByteString>> statesAround(int step, boolean atomicBatches) {
    Map<ByteString, ByteString> state = new TreeMap<>();
    for (int i = 0; i < step; i++) {
      apply(batch(i), state);
    }
    List<Map<ByteString, ByteString>> states = new ArrayList<>();
    states.add(Map.copyOf(state));
    batch(step)
        .replay(
            new KvBatch.Handler() {
              @Override
              public void put(byte[] key, byte[] value) {
                state.put(ByteString.of(key), ByteString.of(value));
                states.add(Map.copyOf(state));
              }

              @Override
              public void delete(byte[] key) {
                state.remove(ByteString.of(key));
                states.add(Map.copyOf(state));
              }
            });
    return atomicBatches ? List.of(states.get(0), states.get(states.size() - 1)) : states;
  }

  private static void apply(KvBatch batch, Map<ByteString, ByteString> state) {
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            state.put(ByteString.of(key), ByteString.of(value));
          }

          @Override
          public void delete(byte[] key) {
            state.remove(ByteString.of(key));
          }
        });
  }
}
