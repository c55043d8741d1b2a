// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvVisitor;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.tck.internal.ByteString;
import dev.ensemblekv.tck.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Stores that are wrong about chapter 3. */
final class WrongIteration {
  private WrongIteration() {}

  @CaughtBy(rule = "3.1", saying = "by cursor")
  static final class LastPairMissed extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor iterate() {
          long[] left = {inner.size() - 1};
          return new FilterCursor(inner.iterate()) {
            @Override
            public boolean next() {
              return left[0]-- > 0 && inner.next();
            }
          };
        }
      };
    }
  }

  @CaughtBy(rule = "3.1", saying = "visits of 'key-")
  static final class BeginsAgainWhenSomethingGrew extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor iterate() {
          KvStore store = inner;
          return new FilterCursor(inner.iterate()) {
            private KvCursor current = inner;
            private final long size = store.size();
            private boolean again;

            @Override
            public boolean next() {
              if (!again && store.size() > size + 50) {
                again = true;
                current = store.iterate();
              }
              return current.next();
            }

            @Override
            public byte[] key() {
              return current.key();
            }

            @Override
            public byte[] value() {
              return current.value();
            }
          };
        }
      };
    }
  }

  @CaughtBy(rule = "3.1", saying = "visits of 'key-")
  static final class OverwrittenKeysComeOnceMore extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Deque<byte[]> log = new ArrayDeque<>();
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          inner.put(key, value);
          synchronized (log) {
            log.add(key.clone());
          }
        }

        @Override
        public KvCursor iterate() {
          synchronized (log) {
            log.clear();
          }
          return new FilterCursor(inner.iterate()) {
            private @Nullable KvCursor moved;

            @Override
            public boolean next() {
              if (moved == null && inner.next()) {
                return true;
              }
              byte[] key;
              synchronized (log) {
                key = log.poll();
              }
              moved = key == null ? null : sound.scan(KeyRange.from(key));
              return moved != null && moved.next();
            }

            @Override
            public byte[] key() {
              return moved == null ? inner.key() : moved.key();
            }

            @Override
            public byte[] value() {
              return moved == null ? inner.value() : moved.value();
            }
          };
        }
      };
    }
  }

  @CaughtBy(rule = "3.1", saying = "the key that stayed")
  static final class OverwrittenKeysMissed extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      AtomicLong clock = new AtomicLong();
      Map<ByteString, Long> written = new ConcurrentHashMap<>();
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          inner.put(key, value);
          written.put(ByteString.of(key), clock.incrementAndGet());
        }

        @Override
        public KvCursor iterate() {
          long begun = clock.get();
          return new FilterCursor(inner.iterate()) {
            @Override
            public boolean next() {
              boolean found = inner.next();
              while (found && written.getOrDefault(ByteString.of(inner.key()), 0L) > begun) {
                found = inner.next();
              }
              return found;
            }
          };
        }
      };
    }
  }

  @CaughtBy(rule = "3.1", saying = "keys of one store")
  static final class StoresShareOneMap extends WrongStoreTck {
    private static final AtomicReference<@Nullable KvStore> OTHER = new AtomicReference<>();

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      if (context.storeName().equals("other")) {
        OTHER.set(sound);
      }
      KvStore other = OTHER.get();
      return other == null ? sound : other;
    }
  }

  @CaughtBy(rule = "3.2", saying = "an iteration whose visitor uses the store did not happen")
  static final class LockHeldWhileVisiting extends HangingStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      AtomicInteger iterations = new AtomicInteger();
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          if (iterations.get() > 0) {
            hang();
          }
          inner.put(key, value);
        }

        @Override
        public KvCursor iterate() {
          iterations.incrementAndGet();
          return new FilterCursor(inner.iterate()) {
            @Override
            public void close() {
              inner.close();
              iterations.decrementAndGet();
            }
          };
        }
      };
    }
  }

  @CaughtBy(rule = "3.2", saying = "what forEach throws")
  static final class VisitorsExceptionsWrapped extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void forEach(KvVisitor visitor) {
          try {
            inner.forEach(visitor);
          } catch (IllegalArgumentException e) {
            throw new KvException("the iteration failed", e);
          }
        }
      };
    }
  }

  @CaughtBy(rule = "3.2", saying = "visits of a prefix until stopped")
  static final class StopIgnoredForPrefixes extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void forEach(byte[] prefix, KvVisitor visitor) {
          inner.forEach(
              prefix,
              (key, value) -> {
                visitor.visit(key, value);
                return true;
              });
        }
      };
    }
  }

  @CaughtBy(rule = "3.2", saying = "cursors left open")
  static final class CursorLeftOpenByAnException extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void forEach(KvVisitor visitor) {
          boolean closed = false;
          KvCursor cursor = inner.iterate();
          while (!closed && cursor.next()) {
            closed = !visitor.visit(cursor.key(), cursor.value());
          }
          cursor.close();
        }
      };
    }
  }

  @CaughtBy(rule = "3.2", saying = "close by a callback")
  static final class ClosesInAVisitor extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void forEach(KvVisitor visitor) {
          try (KvCursor cursor = inner.iterate()) {
            while (cursor.next() && visitor.visit(cursor.key(), cursor.value())) {
              // The visitor does it all.
            }
          }
        }
      };
    }
  }

  @CaughtBy(rule = "3.2", saying = "the key before the first pair")
  static final class CursorStandsOnItsFirstPairAtOnce extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor iterate() {
          KvCursor cursor = inner.iterate();
          boolean first = cursor.next();
          return new FilterCursor(cursor) {
            private boolean begun;

            @Override
            public boolean next() {
              boolean found = begun ? inner.next() : first;
              begun = true;
              return found;
            }
          };
        }
      };
    }
  }

  @CaughtBy(rule = "3.3", saying = "keys visited before an end without an exception")
  static final class ErrorTakenForTheEnd extends WrongStoreTck {
    @Override
    KvBackend base() {
      return new ReferenceBackend();
    }

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor iterate() {
          return new FilterCursor(inner.iterate()) {
            @Override
            public boolean next() {
              return inner.next() && canBeRead(context);
            }
          };
        }
      };
    }
  }

  /** Reads a byte of the log, as an engine that keeps values on disk would. */
  static boolean canBeRead(KvOpenContext context) {
    try (DiskFile file = context.disk().openReadOnly(context.directory().resolve("data.log"))) {
      return file.read(0, new byte[1], 0, 1) == 1;
    } catch (IOException e) {
      return false;
    }
  }

  @CaughtBy(rule = "3.3", saying = "keys visited before an end without an exception")
  static final class UnreadablePairSkipped extends WrongStoreTck {
    @Override
    KvBackend base() {
      return new ReferenceBackend();
    }

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor iterate() {
          return new FilterCursor(inner.iterate()) {
            @Override
            public boolean next() {
              boolean found = inner.next();
              while (found && !canBeRead(context)) {
                found = inner.next();
              }
              return found;
            }
          };
        }
      };
    }
  }

  /** A cursor over pairs that were collected. */
  private static KvCursor cursor(List<Map.Entry<byte[], byte[]>> pairs) {
    return new KvCursor() {
      private int index = -1;

      @Override
      public boolean next() {
        return ++index < pairs.size();
      }

      @Override
      public byte[] key() {
        return pairs.get(index).getKey().clone();
      }

      @Override
      public byte[] value() {
        return pairs.get(index).getValue().clone();
      }

      @Override
      public void close() {}
    };
  }

  private static List<Map.Entry<byte[], byte[]>> collect(KvCursor cursor) {
    List<Map.Entry<byte[], byte[]>> pairs = new ArrayList<>();
    try (cursor) {
      while (cursor.next()) {
        pairs.add(Map.entry(cursor.key(), cursor.value()));
      }
    }
    return pairs;
  }

  @CaughtBy(rule = "3.4", saying = "scan of all")
  static final class SignedOrder extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor scan(KeyRange range) {
          List<Map.Entry<byte[], byte[]>> pairs = collect(inner.scan(range));
          pairs.sort((left, right) -> Arrays.compare(left.getKey(), right.getKey()));
          if (range.isReverse()) {
            Collections.reverse(pairs);
          }
          return cursor(pairs);
        }
      };
    }
  }

  @CaughtBy(rule = "3.4", saying = "prefix 'a' reversed")
  static final class ReverseBeginsAtTheUpperBound extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor scan(KeyRange range) {
          List<Map.Entry<byte[], byte[]>> pairs = collect(inner.scan(range));
          Optional<byte[]> to = range.to();
          byte[] value = to.isEmpty() || to.get().length == 0 ? null : inner.get(to.get());
          if (range.isReverse() && value != null) {
            pairs.add(0, Map.entry(to.get(), value));
          }
          return cursor(pairs);
        }
      };
    }
  }

  @CaughtBy(rule = "3.4", saying = "prefix hex:ff")
  static final class PrefixOf255HasNoEnd extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor scan(KeyRange range) {
          boolean overflows =
              range.to().isEmpty()
                  && range.from().filter(from -> from[from.length - 1] == -1).isPresent();
          return overflows ? cursor(List.of()) : inner.scan(range);
        }
      };
    }
  }

  @CaughtBy(rule = "3.4", saying = "fromKey > toKey")
  static final class BoundsInTheWrongOrderThrow extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor scan(KeyRange range) {
          if (range.from().isPresent()
              && range.to().isPresent()
              && Arrays.compareUnsigned(range.from().get(), range.to().get()) > 0) {
            throw new IllegalArgumentException("fromKey > toKey");
          }
          return inner.scan(range);
        }
      };
    }
  }

  @CaughtBy(rule = "3.4", saying = "a scan opened before the writes")
  static final class SnapshotShowsLaterWrites extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor scan(KeyRange range) {
          boolean all = range.equals(KeyRange.all());
          return all ? inner.iterate() : inner.scan(range);
        }
      };
    }
  }

  @CaughtBy(rule = "3.4", saying = "written after its predecessor")
  static final class SnapshotTakenWhileWriting extends WrongStoreTck {
    /** So many that every key is put between the first pair and the second. */
    private static final int PUTS = 25;

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      AtomicLong puts = new AtomicLong();
      AtomicReference<@Nullable Thread> writer = new AtomicReference<>();
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          inner.put(key, value);
          writer.set(Thread.currentThread());
          puts.incrementAndGet();
        }

        @Override
        public KvCursor scan(KeyRange range) {
          List<Map.Entry<byte[], byte[]>> pairs = new ArrayList<>();
          for (Map.Entry<byte[], byte[]> pair : collect(inner.scan(range))) {
            byte[] value = inner.get(pair.getKey());
            pairs.add(value == null ? pair : Map.entry(pair.getKey(), value));
            Thread other = writer.get();
            for (int i = 0; i < PUTS && isAnother(other) && pairs.size() == 1; i++) {
              WrongPointOperations.awaitNext(puts, puts.get());
            }
          }
          return cursor(pairs);
        }

        private boolean isAnother(@Nullable Thread thread) {
          return thread != null && thread != Thread.currentThread();
        }
      };
    }
  }

  @CaughtBy(rule = "3.5", saying = "keys with prefix hex:ff")
  static final class PrefixComparedAsText extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void forEach(byte[] prefix, KvVisitor visitor) {
          String text = new String(prefix, StandardCharsets.UTF_8);
          inner.forEach(
              (key, value) ->
                  !new String(key, StandardCharsets.UTF_8).startsWith(text)
                      || visitor.visit(key, value));
        }
      };
    }
  }

  @CaughtBy(rule = "3.5", saying = "to start with:")
  static final class PrefixNotCopied extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void forEach(byte[] prefix, KvVisitor visitor) {
          inner.forEach(
              (key, value) -> !ByteString.of(key).startsWith(prefix) || visitor.visit(key, value));
        }
      };
    }
  }
}
