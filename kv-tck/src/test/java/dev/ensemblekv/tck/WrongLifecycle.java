// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvVisitor;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.DiskLock;
import dev.ensemblekv.tck.reference.ReferenceBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Stores that are wrong about chapter 6. */
final class WrongLifecycle {
  private WrongLifecycle() {}

  @CaughtBy(rule = "6.1", saying = "closed already")
  static final class SecondCloseThrows extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      AtomicBoolean closed = new AtomicBoolean();
      return new FilterKvStore(sound) {
        @Override
        public void close() {
          if (closed.getAndSet(true)) {
            throw new IllegalStateException("closed already");
          }
          inner.close();
        }
      };
    }
  }

  @CaughtBy(rule = "6.1", saying = "close during a visit did not happen")
  static final class CloseWaitsForVisitors extends HangingStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      AtomicInteger visitors = new AtomicInteger();
      return new FilterKvStore(sound) {
        @Override
        public void forEach(KvVisitor visitor) {
          visitors.incrementAndGet();
          try {
            inner.forEach(visitor);
          } finally {
            visitors.decrementAndGet();
          }
        }

        @Override
        public void close() {
          if (visitors.get() > 0) {
            hang();
          }
          inner.close();
        }
      };
    }
  }

  @CaughtBy(rule = "6.1", saying = "close under cursors did not happen")
  static final class CloseHangsUnderCursors extends HangingStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      AtomicInteger cursors = new AtomicInteger();
      return new FilterKvStore(sound) {
        @Override
        public KvCursor iterate() {
          cursors.incrementAndGet();
          return new FilterCursor(inner.iterate()) {
            @Override
            public void close() {
              inner.close();
              cursors.decrementAndGet();
            }
          };
        }

        @Override
        public void close() {
          if (cursors.get() > 0) {
            hang();
          }
          inner.close();
        }
      };
    }
  }

  @CaughtBy(rule = "6.1", saying = "the end of close, with a reader inside, happened too early")
  static final class CloseDoesNotWaitForReaders extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void close() {
          Thread closer = new Thread(inner::close, "closer");
          closer.setDaemon(true);
          closer.start();
        }
      };
    }

    @Override
    protected Duration mustNotHappen() {
      return mustHappen(); // it does happen, as soon as the machine has time for it
    }
  }

  @CaughtBy(rule = "6.1", saying = "the next step of a cursor")
  static final class CursorsJustEndAtClose extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor iterate() {
          return new FilterCursor(inner.iterate()) {
            @Override
            public boolean next() {
              try {
                return inner.next();
              } catch (StoreClosedException e) {
                return false;
              }
            }
          };
        }
      };
    }
  }

  @CaughtBy(rule = "6.1", saying = "cursors that leaked")
  static final class LeakedCursorsNotCounted extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public KvStats stats() {
          KvMetric none = KvMetric.counter("leakedCursors", 0, KvMetric.Unit.COUNT, "None.");
          return inner.stats().toBuilder().metric(none).build();
        }
      };
    }
  }

  @CaughtBy(rule = "6.2", saying = "[get]")
  static final class NothingIsThereAfterClose extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public byte @Nullable [] get(byte[] key) {
          try {
            return inner.get(key);
          } catch (StoreClosedException e) {
            return null;
          }
        }
      };
    }
  }

  @CaughtBy(rule = "6.2", saying = "[exists]")
  static final class ClosedHandleUsed extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public boolean exists(byte[] key) {
          try {
            return inner.exists(key);
          } catch (StoreClosedException e) {
            throw new IllegalStateException("the handle is null", e);
          }
        }
      };
    }
  }

  @CaughtBy(rule = "6.2", saying = "[flush]")
  static final class FlushAfterCloseDoesNothing extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void flush() {
          try {
            inner.flush();
          } catch (StoreClosedException e) {
            // "Nothing left to do."
          }
        }
      };
    }
  }

  /** A store on a disk whose locks are wrong. */
  private abstract static class WrongLockTck extends WrongStoreTck {
    abstract Optional<DiskLock> tryLock(Path file) throws IOException;

    @Override
    protected KvEnvironment.Builder setUp(KvEnvironment.Builder environment) {
      return super.setUp(environment)
          .disk(
              new ForwardingDisk() {
                @Override
                public Optional<DiskLock> tryLock(Path file) throws IOException {
                  return WrongLockTck.this.tryLock(file);
                }
              });
    }
  }

  @CaughtBy(rule = "6.3", saying = "opening what another process has open")
  static final class SecondOpenAccepted extends WrongLockTck {
    @Override
    Optional<DiskLock> tryLock(Path file) {
      return Optional.of(() -> {});
    }
  }

  @CaughtBy(rule = "6.3", saying = "/link]")
  static final class LockByTheTextOfThePath extends WrongLockTck {
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    @Override
    Optional<DiskLock> tryLock(Path file) {
      return HELD.add(file) ? Optional.of(() -> HELD.remove(file)) : Optional.empty();
    }
  }

  @CaughtBy(rule = "6.3", saying = "opening by another class loader")
  static final class LockOfOneClassLoader extends WrongLockTck {
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    @Override
    Optional<DiskLock> tryLock(Path file) throws IOException {
      Path real = DiskFiles.parent(file).toRealPath();
      return HELD.add(real) ? Optional.of(() -> HELD.remove(real)) : Optional.empty();
    }
  }

  @CaughtBy(rule = "6.3", saying = "the store is open already")
  static final class LockOutlivesItsProcess extends WrongLockTck {
    @Override
    Optional<DiskLock> tryLock(Path file) throws IOException {
      try {
        Files.createFile(file);
        return Optional.of(() -> Files.delete(file));
      } catch (FileAlreadyExistsException e) {
        return Optional.empty();
      }
    }
  }

  @CaughtBy(rule = "6.4", saying = "files of the foreign directory")
  static final class ForeignDirectoryTouched extends WrongStoreTck {
    @Override
    KvStore open(Path directory, KvOptions options) {
      try {
        if (Files.isDirectory(directory) && Files.notExists(directory.resolve("STORE.lock"))) {
          Files.createFile(directory.resolve("STORE.lock"));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return super.open(directory, options);
    }
  }

  /** A store whose opening forgets an option. */
  private abstract static class ForgetfulOpeningTck extends WrongStoreTck {
    private final String forgotten;

    ForgetfulOpeningTck(String forgotten) {
      this.forgotten = forgotten;
    }

    @Override
    KvBackend base() {
      return new ReferenceBackend();
    }

    @Override
    KvStore open(Path directory, KvOptions options) {
      KvOptions.Builder kept = KvOptions.builder();
      options
          .asMap()
          .forEach(
              (name, value) -> {
                if (!name.contains(forgotten)) {
                  kept.set(name, value);
                }
              });
      return super.open(
          directory, kept.require(options.required().toArray(KvFeature[]::new)).build());
    }
  }

  @CaughtBy(rule = "6.4", saying = "opening with KvOptions[set=[createIfMissing]")
  static final class MissingStoreCreated extends ForgetfulOpeningTck {
    MissingStoreCreated() {
      super("createIfMissing");
    }
  }

  @CaughtBy(rule = "6.4", saying = "opening with failIfExists")
  static final class ExistingStoreOpened extends ForgetfulOpeningTck {
    ExistingStoreOpened() {
      super("failIfExists");
    }
  }

  @CaughtBy(rule = "6.4", saying = "put into a store opened with readOnly")
  static final class ReadOnlyForgotten extends ForgetfulOpeningTck {
    ReadOnlyForgotten() {
      super("readOnly");
    }
  }

  @CaughtBy(rule = "6.4", saying = "an option that the backend does not have")
  static final class UnknownOptionIgnored extends ForgetfulOpeningTck {
    UnknownOptionIgnored() {
      super("noSuchOption");
    }
  }

  @CaughtBy(rule = "6.4", saying = "reference.label=true")
  static final class OtherFormatOptionIgnored extends ForgetfulOpeningTck {
    OtherFormatOptionIgnored() {
      super("reference.label");
    }
  }

  @CaughtBy(rule = "6.4", saying = "requiring COMPACT")
  static final class RequiredFeatureIgnored extends WrongStoreTck {
    @Override
    KvStore open(Path directory, KvOptions options) {
      KvOptions.Builder kept = KvOptions.builder();
      options.asMap().forEach(kept::set);
      return super.open(directory, kept.build());
    }
  }

  @CaughtBy(rule = "6.4", saying = "opening a newer format")
  static final class NewerFormatOpened extends WrongStoreTck {
    @Override
    protected KvEnvironment.Builder setUp(KvEnvironment.Builder environment) {
      KvBackend sound = backend();
      return environment.backend(
          new KvBackend() {
            @Override
            public int formatVersion() {
              return Integer.MAX_VALUE;
            }

            @Override
            public String name() {
              return sound.name();
            }

            @Override
            public String description() {
              return sound.description();
            }

            @Override
            public Set<KvFeature> features() {
              return sound.features();
            }

            @Override
            public KvLimits limits() {
              return sound.limits();
            }

            @Override
            public List<KvOption<?>> options() {
              return sound.options();
            }

            @Override
            public KvStore open(KvOpenContext context) {
              return sound.open(context);
            }
          });
    }
  }

  @CaughtBy(rule = "6.4", saying = "files after opening with readOnly")
  static final class NotesWhenItWasOpened extends WrongStoreTck {
    @Override
    KvBackend base() {
      return new ReferenceBackend();
    }

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      try {
        byte[] note = context.clock().instant().toString().getBytes(StandardCharsets.UTF_8);
        DiskFiles.replace(context.disk(), context.directory().resolve("opened"), note);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return sound;
    }
  }

  @CaughtBy(rule = "6.4", saying = "crash before change")
  static final class UserLockedOutByACrash extends WrongStoreTck {
    @Override
    KvBackend base() {
      return new ReferenceBackend();
    }

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Path mark = context.directory().resolve("mark");
      byte[] magic = {'m', 'a', 'g', 'i', 'c'};
      try {
        if (context.isNew()) {
          try (DiskFile file = context.disk().create(mark)) {
            file.write(0, magic, 0, magic.length); // not forced
          }
        } else if (DiskFiles.read(context.disk(), mark, 100).length != magic.length) {
          throw new CorruptionException("the mark is damaged", mark, null);
        }
        return sound;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
