// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvBatch;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Repeats the writes to the moving half of a donor on the target of its split; until there is a
 * target, it notes their keys.
 *
 * <p>A write that the donor took is done, whatever becomes of its copy: a failure here fails the
 * split, not the write. Called under the donor's stripes.
 */
final class Mirror {
  private final KeyHash hash;
  private final Region donorRegion;
  private final MissingKeys missing = new MissingKeys();
  private volatile @Nullable Substore target;
  private volatile @Nullable Throwable failure;

  Mirror(KeyHash hash, Region donorRegion) {
    this.hash = hash;
    this.donorRegion = donorRegion;
  }

  /** Repeats writes from now on; the caller holds all stripes, or it is not put up yet. */
  void attach(Substore to) {
    target = to;
  }

  /** Returns the keys that were written while there was no target. */
  MissingKeys missing() {
    return missing;
  }

  void apply(int bits, byte[] key, byte @Nullable [] value) {
    if (failure != null || !donorRegion.isInUpper(bits)) {
      return;
    }
    Substore to = target;
    repeat(
        () -> {
          if (to == null) {
            missing.note(key);
          } else if (value == null) {
            to.store().delete(key);
          } else {
            to.store().put(key, value);
          }
        });
  }

  void apply(KvBatch batch) {
    if (failure != null) {
      return;
    }
    Substore to = target;
    repeat(
        () -> {
          if (to == null) {
            batch.replay(new Moving(missing::note, (key, value) -> missing.note(key)));
          } else {
            KvBatch moving = new KvBatch();
            batch.replay(new Moving(moving::delete, moving::put));
            if (!moving.isEmpty()) {
              to.store().write(moving);
            }
          }
        });
  }

  /** Tells what of a batch is about the moving half. */
  private final class Moving implements KvBatch.Handler {
    private final Consumer<byte[]> deletes;
    private final BiConsumer<byte[], byte[]> puts;

    Moving(Consumer<byte[]> deletes, BiConsumer<byte[], byte[]> puts) {
      this.deletes = deletes;
      this.puts = puts;
    }

    @Override
    public void put(byte[] key, byte[] value) {
      if (donorRegion.isInUpper(hash.bits(key))) {
        puts.accept(key, value);
      }
    }

    @Override
    public void delete(byte[] key) {
      if (donorRegion.isInUpper(hash.bits(key))) {
        deletes.accept(key);
      }
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
