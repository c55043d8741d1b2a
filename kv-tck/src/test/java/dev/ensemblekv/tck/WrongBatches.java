// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.tck.reference.ReferenceBackend;
import dev.ensemblekv.tck.reference.ReferenceBackend.Flaw;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Stores that are wrong about chapters 4 and 5. */
final class WrongBatches {
  private WrongBatches() {}

  /** Applies the operations of a batch as if there were none. */
  static void oneByOne(KvStore store, KvBatch batch) {
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

  @CaughtBy(rule = "4.1", saying = "what is in the store")
  static final class PutsBeforeDeletes extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void write(KvBatch batch, Durability durability) {
          KvBatch puts = new KvBatch();
          KvBatch deletes = new KvBatch();
          batch.replay(
              new KvBatch.Handler() {
                @Override
                public void put(byte[] key, byte[] value) {
                  puts.put(key, value);
                }

                @Override
                public void delete(byte[] key) {
                  deletes.delete(key);
                }
              });
          inner.write(puts, durability);
          inner.write(deletes, durability);
        }
      };
    }
  }

  @CaughtBy(rule = "4.1", saying = "operations of a batch that was written")
  static final class BatchUsedUp extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void write(KvBatch batch, Durability durability) {
          inner.write(batch, durability);
          batch.clear();
        }
      };
    }
  }

  /** A store on disk that is told to be wrong. */
  abstract static class FlawedStoreTck extends WrongStoreTck {
    private final Flaw flaw;

    FlawedStoreTck(Flaw flaw) {
      this.flaw = flaw;
    }

    @Override
    KvBackend base() {
      return new ReferenceBackend(flaw);
    }
  }

  @CaughtBy(rule = "4.2", saying = "is there after the crash, but not all of it")
  static final class HalfABatch extends FlawedStoreTck {
    HalfABatch() {
      super(Flaw.BATCH_IN_PIECES);
    }
  }

  @CaughtBy(rule = "4.3", saying = "what is in the store")
  static final class InvalidBatchBegun extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void write(KvBatch batch) {
          oneByOne(inner, batch);
        }
      };
    }
  }

  @CaughtBy(rule = "4.4", saying = "a batch seen in part")
  static final class BatchSeenInParts extends WrongStoreTck {
    /** So many that one begins and the next one ends that go together, in either order. */
    private static final int GETS = 6;

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      AtomicLong gets = new AtomicLong();
      return new FilterKvStore(sound) {
        @Override
        public byte @Nullable [] get(byte[] key) {
          byte[] value = inner.get(key);
          gets.incrementAndGet();
          return value;
        }

        @Override
        public void write(KvBatch batch, Durability durability) {
          KvBatch first = new KvBatch();
          KvBatch rest = new KvBatch();
          batch.replay(
              new KvBatch.Handler() {
                @Override
                public void put(byte[] key, byte[] value) {
                  (first.count() == 0 ? first : rest).put(key, value);
                }

                @Override
                public void delete(byte[] key) {
                  (first.count() == 0 ? first : rest).delete(key);
                }
              });
          inner.write(first, durability);
          for (int i = 0; i < GETS && gets.get() > 0; i++) {
            WrongPointOperations.awaitNext(gets, gets.get());
          }
          inner.write(rest, durability);
        }
      };
    }
  }

  @CaughtBy(rule = "5.2", saying = "had to survive")
  static final class FlushWithoutForce extends FlawedStoreTck {
    FlushWithoutForce() {
      super(Flaw.FLUSH_WITHOUT_FORCE);
    }
  }

  @CaughtBy(rule = "5.2", saying = "found was never written")
  static final class RecordsWithoutAChecksum extends FlawedStoreTck {
    RecordsWithoutAChecksum() {
      super(Flaw.NO_CHECKSUM);
    }
  }

  @CaughtBy(
      rule = "5.2",
      saying = "what was read after the crash is not what is read after opening once more")
  static final class WritesBehindATornTail extends FlawedStoreTck {
    WritesBehindATornTail() {
      super(Flaw.TORN_TAIL_KEPT);
    }
  }

  @CaughtBy(rule = "5.3", saying = "had to survive")
  static final class SyncWithoutForce extends FlawedStoreTck {
    SyncWithoutForce() {
      super(Flaw.SYNC_WITHOUT_FORCE);
    }
  }

  @CaughtBy(rule = "5.4", saying = "what is in the store")
  static final class DeletedKeysComeBack extends FlawedStoreTck {
    DeletedKeysComeBack() {
      super(Flaw.DELETES_NOT_LOGGED);
    }
  }

  @CaughtBy(rule = "5.4", saying = "what is in the store")
  static final class OldValuesComeBack extends FlawedStoreTck {
    OldValuesComeBack() {
      super(Flaw.REPLAYED_BACKWARDS);
    }
  }

  @CaughtBy(rule = "6.1", saying = "what is in the store")
  static final class LastWriteLostAtReopen extends FlawedStoreTck {
    LastWriteLostAtReopen() {
      super(Flaw.LAST_RECORDS_LOST_AT_CLOSE);
    }
  }

  @CaughtBy(rule = "7.3", saying = "after a loss of power")
  static final class FailedForceRetried extends FlawedStoreTck {
    FailedForceRetried() {
      super(Flaw.FORCE_RETRIED);
    }
  }

  @CaughtBy(rule = "7.3", saying = "the log cannot be made durable")
  static final class GoesOnAfterAFailure extends FlawedStoreTck {
    GoesOnAfterAFailure() {
      super(Flaw.GOES_ON_AFTER_FAILURE);
    }
  }
}
