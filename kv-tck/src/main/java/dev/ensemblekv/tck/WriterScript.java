// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvFeature;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What one thread of a writing process does, step by step, drawn from a seed: the process does the
 * steps until it is killed, and its parent, who draws them again, knows what they were.
 *
 * <p>Each thread has keys of its own, to which alone it writes batches, and swaps; a few keys are
 * written by all. Of four lives of the process one flushes, one writes with SYNC, and two do both:
 * a flush that is right makes up for a SYNC that is wrong, and the other way round.
 */
final class WriterScript {
  static final int THREADS = 4;

  /** The most steps of a thread in one life of the process. */
  static final int STEPS = 300;

  private static final int OWN_KEYS = 30;
  private static final int SHARED_KEYS = 6;

  /** Shown in full by messages, so that each value tells who wrote it. */
  private static final int LABEL_BYTES = 32;

  /** How a step is done. */
  enum Kind {
    /** By put, delete, or as a batch. */
    WRITE,
    /** As a batch with SYNC. */
    SYNC,
    /** By comparing with what is there and setting. */
    SWAP,
    /** A flush, which writes nothing by itself. */
    FLUSH
  }

  /**
   * One step.
   *
   * @param batch what it writes; for a swap just one operation
   */
  record Step(Kind kind, KvBatch batch) {}

  private final SplittableRandom random;
  private final Set<KvFeature> features;
  private final boolean flushes;
  private final boolean syncs;
  private final String label;
  private final int thread;
  private int steps;

  /**
   * Begins a script.
   *
   * @param life the how manieth process it is that writes to the store
   * @param features those of the store
   */
  WriterScript(long seed, int life, int thread, Set<KvFeature> features) {
    this.random = new SplittableRandom(seed * 31 + life * 1_000_003L + thread);
    this.features = features;
    this.flushes = life % 4 != 2 || !features.contains(KvFeature.SYNC_WRITES);
    this.syncs = life % 4 != 0 && features.contains(KvFeature.SYNC_WRITES);
    this.label = "life " + life + " thread " + thread + " step ";
    this.thread = thread;
  }

  /** Draws the next step. */
  Step next() {
    steps++;
    KvBatch batch = new KvBatch();
    int kind = random.nextInt(100);
    if (kind < 3 && flushes) {
      return new Step(Kind.FLUSH, batch);
    }
    if (kind < 8) {
      add(batch, sharedKey());
      return new Step(Kind.WRITE, batch);
    }
    if (kind < 12 && syncs) {
      addSome(batch, 1 + random.nextInt(3));
      return new Step(Kind.SYNC, batch);
    }
    if (kind < 25 && features.contains(KvFeature.COMPARE_AND_SET)) {
      add(batch, ownKey());
      return new Step(Kind.SWAP, batch);
    }
    addSome(batch, kind < 40 ? 2 + random.nextInt(5) : 1);
    return new Step(Kind.WRITE, batch);
  }

  private void addSome(KvBatch batch, int count) {
    for (int i = 0; i < count; i++) {
      add(batch, ownKey());
    }
  }

  private void add(KvBatch batch, byte[] key) {
    if (random.nextInt(4) == 0) {
      batch.delete(key);
    } else {
      batch.put(key, value(batch.count()));
    }
  }

  private byte[] ownKey() {
    return Chapter.bytes("own-" + thread + "-" + random.nextInt(OWN_KEYS));
  }

  private byte[] sharedKey() {
    return Chapter.bytes("shared-" + random.nextInt(SHARED_KEYS));
  }

  /** Returns a value that begins with who wrote it and goes on at random; one in 30 is empty. */
  private byte[] value(int operation) {
    if (random.nextInt(30) == 0) {
      return new byte[0];
    }
    byte[] value = new byte[valueBytes()];
    random.nextBytes(value);
    byte[] written =
        Arrays.copyOf(Chapter.bytes(label + steps + "." + operation + " ".repeat(9)), LABEL_BYTES);
    System.arraycopy(written, 0, value, 0, written.length);
    return value;
  }

  private int valueBytes() {
    int size = random.nextInt(50);
    if (size < 30) {
      return LABEL_BYTES;
    }
    return LABEL_BYTES + random.nextInt(size < 44 ? 1000 : size < 49 ? 8000 : 100_000);
  }
}
