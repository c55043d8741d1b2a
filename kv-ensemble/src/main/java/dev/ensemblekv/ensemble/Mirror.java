// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvBatch;
import org.jspecify.annotations.Nullable;

/**
 * Repeats the writes to the moving half of a donor on the target of its split.
 *
 * <p>A write that the donor took is done, whatever becomes of its copy: a failure here fails the
 * split, not the write. Called under the donor's stripes.
 */
final class Mirror {
  private final KeyHash hash;
  private final Region donorRegion;
  private final Substore target;
  private volatile @Nullable Throwable failure;

  Mirror(KeyHash hash, Region donorRegion, Substore target) {
    this.hash = hash;
    this.donorRegion = donorRegion;
    this.target = target;
  }

  void apply(int bits, byte[] key, byte @Nullable [] value) {
    if (failure != null || !donorRegion.isInUpper(bits)) {
      return;
    }
    repeat(
        () -> {
          if (value == null) {
            target.store().delete(key);
          } else {
            target.store().put(key, value);
          }
        });
  }

  void apply(KvBatch batch) {
    if (failure != null) {
      return;
    }
    KvBatch moving = new KvBatch();
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            if (donorRegion.isInUpper(hash.bits(key))) {
              moving.put(key, value);
            }
          }

          @Override
          public void delete(byte[] key) {
            if (donorRegion.isInUpper(hash.bits(key))) {
              moving.delete(key);
            }
          }
        });
    if (!moving.isEmpty()) {
      repeat(() -> target.store().write(moving));
    }
  }

  private void repeat(Runnable write) {
    try {
      write.run();
    } catch (RuntimeException e) {
      fail(e);
    } catch (Error e) {
      fail(e);
      throw e;
    }
  }

  void fail(Throwable failure) {
    this.failure = failure;
  }

  /** Throws if the target may differ from the donor. */
  void check() {
    Throwable thrown = failure;
    if (thrown != null) {
      throw new SplitFailedException(
          "a write could not be repeated on the target: " + thrown.getMessage(), thrown);
    }
  }
}
