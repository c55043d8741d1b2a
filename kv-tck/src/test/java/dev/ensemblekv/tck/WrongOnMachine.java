// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.tck.WrongBatches.FlawedStoreTck;
import dev.ensemblekv.tck.internal.ByteString;
import dev.ensemblekv.tck.reference.ReferenceBackend;
import dev.ensemblekv.tck.reference.ReferenceBackend.Flaw;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Stores that are wrong where a process is killed, the power fails, or a file system is full. */
final class WrongOnMachine {
  private static final int CRASH_OF_A_JVM = 134;

  private WrongOnMachine() {}

  /** A store that writes nothing before it is closed: wherever it is killed, everything is lost. */
  private abstract static class InMemoryTck extends FlawedStoreTck {
    InMemoryTck() {
      super(Flaw.RECORDS_IN_MEMORY);
    }

    Set<KvFeature> features(KvStore sound) {
      return sound.features();
    }

    @Override
    final KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public Set<KvFeature> features() {
          return InMemoryTck.this.features(inner);
        }

        @Override
        public void flush() {}
      };
    }
  }

  @CaughtBy(rule = "5.1", saying = "had to survive", onMachine = true)
  static final class WritesWaitInMemory extends InMemoryTck {}

  @CaughtBy(rule = "5.1", saying = "had to survive", onMachine = true)
  static final class LastRecordsLostAtClose extends FlawedStoreTck {
    LastRecordsLostAtClose() {
      super(Flaw.LAST_RECORDS_LOST_AT_CLOSE);
    }
  }

  /** A store on disk whose engine is changed. */
  private abstract static class OnDiskTck extends WrongStoreTck {
    @Override
    KvBackend base() {
      return new ReferenceBackend();
    }
  }

  @CaughtBy(rule = "5.1", saying = "is there after the crash, but not all of it", onMachine = true)
  static final class BatchInPieces extends OnDiskTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      AtomicBoolean stuck = new AtomicBoolean();
      return new FilterKvStore(sound) {
        @Override
        public void write(KvBatch batch, Durability durability) {
          List<KvBatch> pieces = pieces(batch);
          for (KvBatch piece : pieces) {
            inner.write(piece, durability);
            if (stuck.compareAndSet(false, true)) {
              stayForEver();
            }
          }
          if (pieces.isEmpty()) {
            inner.write(batch, durability);
          }
        }
      };
    }

    /** Returns what shows whether it is there: puts of different keys; none if there is more. */
    private static List<KvBatch> pieces(KvBatch batch) {
      Map<ByteString, KvBatch> pieces = new LinkedHashMap<>();
      batch.replay(
          new KvBatch.Handler() {
            @Override
            public void put(byte[] key, byte[] value) {
              if (value.length > 0) {
                pieces.put(ByteString.of(key), new KvBatch().put(key, value));
              }
            }

            @Override
            public void delete(byte[] key) {}
          });
      boolean shows = pieces.size() == batch.count() && batch.count() > 1;
      return shows ? List.copyOf(pieces.values()) : List.of();
    }

    /** The kill comes between two pieces, however fast the rest of the machine is. */
    private static void stayForEver() {
      while (true) {
        LockSupport.park();
      }
    }
  }

  @CaughtBy(rule = "5.2", saying = "had to survive", onMachine = true)
  static final class FlushNotForced extends FlawedStoreTck {
    FlushNotForced() {
      super(Flaw.FLUSH_WITHOUT_FORCE);
    }
  }

  @CaughtBy(rule = "5.2", saying = "had to survive", onMachine = true)
  static final class SyncNotForced extends FlawedStoreTck {
    SyncNotForced() {
      super(Flaw.SYNC_WITHOUT_FORCE);
    }
  }

  /** A store that does not promise to survive a crash, and forgets what it does promise. */
  @CaughtBy(rule = "5.4", saying = "had to survive", onMachine = true)
  static final class FlushOfNothing extends InMemoryTck {
    @Override
    Set<KvFeature> features(KvStore sound) {
      Set<KvFeature> features = EnumSet.copyOf(sound.features());
      features.remove(KvFeature.SURVIVES_PROCESS_CRASH);
      return features;
    }
  }

  /** A store that does something of its own when the disk is full. */
  private abstract static class FullDiskTck extends OnDiskTck {
    abstract void onFullDisk();

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          try {
            inner.put(key, value);
          } catch (StoreFullException e) {
            onFullDisk();
          }
        }
      };
    }
  }

  @CaughtBy(
      rule = "7.3",
      saying = "the child process died",
      onMachine = true,
      by = "On a full file system")
  static final class DiesOfAFullDisk extends FullDiskTck {
    @Override
    void onFullDisk() {
      Runtime.getRuntime().halt(CRASH_OF_A_JVM);
    }
  }

  @CaughtBy(
      rule = "7.3",
      saying = "what is thrown when the file system is full",
      onMachine = true,
      by = "On a full file system")
  static final class FullDiskPassedOver extends FullDiskTck {
    @Override
    void onFullDisk() {
      // "There will be space again."
    }
  }

  @CaughtBy(
      rule = "7.3",
      saying = "the failure is told",
      onMachine = true,
      by = "A sync that fails")
  static final class FailedSyncTriedAgain extends FlawedStoreTck {
    FailedSyncTriedAgain() {
      super(Flaw.FORCE_RETRIED);
    }
  }

  @CaughtBy(
      rule = "7.3",
      saying = "a store that works on after",
      onMachine = true,
      by = "A sync that fails")
  static final class WorksOnAfterAFailedSync extends FlawedStoreTck {
    WorksOnAfterAFailedSync() {
      super(Flaw.GOES_ON_AFTER_FAILURE);
    }
  }

  /** An index that cannot be opened is taken for none, of a store that has nothing yet. */
  @CaughtBy(rule = "7.3", saying = "after opening with", onMachine = true, by = "no more files")
  static final class UnreadableTakenForMissing extends OnDiskTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Path index = context.directory().resolve("index");
      try {
        if (context.isNew()) {
          Files.write(index, new byte[1]);
        }
        Files.readAllBytes(index);
      } catch (IOException e) {
        sound.forEach(
            (key, value) -> {
              sound.delete(key);
              return true;
            });
      }
      return sound;
    }
  }

  /** What is opened for each write is missing as soon as no file can be opened. */
  @CaughtBy(rule = "7.3", saying = "is not a KvException", onMachine = true, by = "no more files")
  static final class NoFileLeftForAWrite extends OnDiskTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          try (InputStream random = new FileInputStream("/dev/urandom")) {
            random.read();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          inner.put(key, value);
        }
      };
    }
  }
}
