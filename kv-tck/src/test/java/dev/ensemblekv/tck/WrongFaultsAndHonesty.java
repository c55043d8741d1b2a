// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.tck.reference.ReferenceBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Stores that are wrong about chapters 7 and 8. */
final class WrongFaultsAndHonesty {
  private WrongFaultsAndHonesty() {}

  @CaughtBy(rule = "7.4", saying = "the interrupt status after flush")
  static final class InterruptSwallowed extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void flush() {
          inner.flush();
          if (Thread.interrupted()) {
            inner.flush();
          }
        }
      };
    }
  }

  @CaughtBy(rule = "7.4", saying = "ClosedByInterruptException")
  static final class ChannelClosedByAnInterrupt extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      FileChannel channel;
      try {
        channel =
            FileChannel.open(
                context.directory().resolve("log"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          try {
            channel.write(ByteBuffer.wrap(value));
          } catch (IOException e) {
            throw new KvException("cannot be written: " + e, e);
          }
          inner.put(key, value);
        }
      };
    }
  }

  @CaughtBy(rule = "7.4", saying = "what is in the store")
  static final class InterruptedWriteDroppedInSilence extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          if (!Thread.currentThread().isInterrupted()) {
            inner.put(key, value);
          }
        }
      };
    }
  }

  @CaughtBy(rule = "7.4", saying = "that was interrupted on the way")
  static final class InterruptOfAWaitSwallowed extends WrongStoreTck {
    private static final long LIMIT_NANOS = 1_000_000_000;
    private static final long POLL_NANOS = 10_000;

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      AtomicInteger left = new AtomicInteger(2);
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          inner.put(key, value);
          if (!Thread.currentThread().isInterrupted() && left.getAndDecrement() > 0) {
            long end = System.nanoTime() + LIMIT_NANOS;
            while (!Thread.interrupted() && System.nanoTime() - end < 0) {
              LockSupport.parkNanos(POLL_NANOS);
            }
          }
        }
      };
    }
  }

  @CaughtBy(rule = "7.4", saying = "the interrupt status after close")
  static final class InterruptSwallowedByClose extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void close() {
          Thread.interrupted();
          inner.close();
        }
      };
    }
  }

  /** A store that declares to compact. */
  private abstract static class CompactingTck extends WrongStoreTck {
    abstract KvTask compact(KvStore sound, KvOpenContext context);

    @Override
    Set<KvFeature> alsoDeclared() {
      return Set.of(KvFeature.COMPACT);
    }

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public Set<KvFeature> features() {
          return with(inner.features(), alsoDeclared());
        }

        @Override
        public KvTask compact() {
          return CompactingTck.this.compact(inner, context);
        }
      };
    }
  }

  @CaughtBy(rule = "8.1", saying = "COMPACT is declared")
  static final class DeclaredButNotThere extends CompactingTck {
    @Override
    KvTask compact(KvStore sound, KvOpenContext context) {
      return sound.compact();
    }
  }

  @CaughtBy(rule = "8.1", saying = "what is in the store")
  static final class CompactionTakesTooMuch extends CompactingTck {
    @Override
    KvTask compact(KvStore sound, KvOpenContext context) {
      return KvTask.start(
          context.executor(),
          "compact",
          "keys",
          progress -> {
            byte[] last = null;
            try (KvCursor cursor = sound.iterate()) {
              while (cursor.next()) {
                last = cursor.key();
              }
            }
            if (last != null) {
              sound.delete(last);
            }
          });
    }
  }

  @CaughtBy(rule = "8.1", saying = "problems: ")
  static final class VerifyFindsWhatIsNotWrong extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvTask verify() {
          return KvTask.start(
              context.executor(),
              "verify",
              "keys",
              progress -> {
                progress.advance(inner.size());
                progress.problem("a deleted key has no value", null);
              });
        }
      };
    }
  }

  @CaughtBy(rule = "8.2", saying = "COMPACT is not declared")
  static final class CompactPretended extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public KvTask compact() {
          return inner.verify();
        }
      };
    }
  }

  @CaughtBy(rule = "8.2", saying = "SYNC_WRITES is not declared")
  static final class SyncPretended extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void write(KvBatch batch, Durability durability) {
          inner.write(batch);
        }
      };
    }
  }

  @CaughtBy(rule = "8.3", saying = "stats did not happen")
  static final class StatsWaitForReaders extends HangingStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      AtomicInteger readers = new AtomicInteger();
      return new FilterKvStore(sound) {
        @Override
        public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
          readers.incrementAndGet();
          try {
            return inner.read(key, reader);
          } finally {
            readers.decrementAndGet();
          }
        }

        @Override
        public KvStats stats() {
          if (readers.get() > 0) {
            hang();
          }
          return inner.stats();
        }
      };
    }
  }

  @CaughtBy(rule = "8.3", saying = "operations on the disk")
  static final class StatsReadTheDisk extends WrongStoreTck {
    @Override
    KvBackend base() {
      return new ReferenceBackend();
    }

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvStats stats() {
          boolean readable = WrongIteration.canBeRead(context);
          return inner.stats().toBuilder().fact("readable", String.valueOf(readable)).build();
        }
      };
    }
  }

  @CaughtBy(rule = "8.3", saying = "IllegalStateException: closed")
  static final class StatsThrowAfterClose extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public KvStats stats() {
          KvStats stats = inner.stats();
          if (stats.state() == KvState.CLOSED) {
            throw new IllegalStateException("closed");
          }
          return stats;
        }
      };
    }
  }
}
