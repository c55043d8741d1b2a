// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.tck.internal.ByteString;
import dev.ensemblekv.tck.reference.ReferenceBackend;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Stores that are wrong about chapter 1. */
final class WrongKeysAndValues {
  private WrongKeysAndValues() {}

  /** An engine that keeps each key as something else. */
  private static KvStore mappingKeys(KvStore inner, UnaryOperator<byte[]> mapping) {
    return new FilterKvStore(inner) {
      @Override
      public byte @Nullable [] get(byte[] key) {
        return inner.get(mapping.apply(key));
      }

      @Override
      public boolean exists(byte[] key) {
        return inner.exists(mapping.apply(key));
      }

      @Override
      public void put(byte[] key, byte[] value) {
        inner.put(mapping.apply(key), value);
      }

      @Override
      public void delete(byte[] key) {
        inner.delete(mapping.apply(key));
      }
    };
  }

  @CaughtBy(rule = "1.1", saying = "expected 'value-1', found 'value-2'")
  static final class KeysCutAt511Bytes extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return mappingKeys(sound, key -> Arrays.copyOf(key, Math.min(key.length, 511)));
    }
  }

  @CaughtBy(rule = "1.1", saying = "[put]")
  static final class EmptyKeyIgnored extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          if (key.length > 0) {
            inner.put(key, value);
          }
        }
      };
    }
  }

  @CaughtBy(rule = "1.1", saying = "67108864 bytes come back")
  static final class ValueLengthInTwoBytes extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          inner.put(key, Arrays.copyOf(value, value.length & 0xFFFF));
        }
      };
    }
  }

  @CaughtBy(rule = "1.1", saying = "a batch of one byte more")
  static final class BigBatchTaken extends WrongStoreTck {
    @Override
    KvBackend base() {
      return new ReferenceBackend();
    }

    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public void write(KvBatch batch) {
          if (batch.bytes() <= limits().maxBatchBytes()) {
            inner.write(batch);
          } else {
            WrongBatches.oneByOne(inner, batch);
          }
        }
      };
    }
  }

  @CaughtBy(rule = "1.2", saying = "an empty value")
  static class EmptyValueIsAbsent extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public byte @Nullable [] get(byte[] key) {
          byte[] value = inner.get(key);
          return value == null || value.length == 0 ? null : value;
        }
      };
    }
  }

  @CaughtBy(rule = "1.2", saying = "pairs visited")
  static final class EmptyValueSkippedByIteration extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor iterate() {
          return new FilterCursor(inner.iterate()) {
            @Override
            public boolean next() {
              boolean found = inner.next();
              while (found && inner.value().length == 0) {
                found = inner.next();
              }
              return found;
            }
          };
        }
      };
    }
  }

  @CaughtBy(rule = "1.3", saying = "put of a null value")
  static final class NullValueDeletes extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        @SuppressWarnings("ConstantValue")
        public void put(byte[] key, byte @Nullable [] value) {
          if (value == null) {
            inner.delete(key);
          } else {
            inner.put(key, value);
          }
        }
      };
    }
  }

  @CaughtBy(rule = "1.3", saying = "[get]")
  static final class NullReaderIsFoundOutTooLate extends WrongStoreTck {
    @Override
    KvStore opened(KvStore sound) {
      return new FilterKvStore(sound) {
        @Override
        public byte @Nullable [] get(byte @Nullable [] key) {
          return key == null ? null : inner.get(key);
        }
      };
    }
  }

  @CaughtBy(rule = "1.4", saying = "found 'xxxxxxx'")
  static final class KeepsTheCallersArrays extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Map<ByteString, byte[]> kept = new ConcurrentHashMap<>();
      return new FilterKvStore(sound) {
        @Override
        public byte @Nullable [] get(byte[] key) {
          byte[] value = kept.get(ByteString.of(key));
          return value == null ? inner.get(key) : value.clone();
        }

        @Override
        public void put(byte[] key, byte[] value) {
          inner.put(key, value);
          kept.put(ByteString.of(key), value);
        }
      };
    }
  }

  @CaughtBy(rule = "1.4", saying = "found '!!!!!!!'")
  static final class HandsOutItsCache extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Map<ByteString, byte[]> cache = new ConcurrentHashMap<>();
      return new FilterKvStore(sound) {
        @Override
        public byte @Nullable [] get(byte[] key) {
          byte[] cached = cache.get(ByteString.of(key));
          if (cached != null) {
            return cached;
          }
          byte[] value = inner.get(key);
          if (value != null) {
            cache.put(ByteString.of(key), value);
          }
          return value;
        }

        @Override
        public void put(byte[] key, byte[] value) {
          inner.put(key, value);
          cache.remove(ByteString.of(key));
        }
      };
    }
  }

  @CaughtBy(rule = "1.4", saying = "the key of the same pair again")
  static final class CursorHandsOutItsKey extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public KvCursor iterate() {
          return new FilterCursor(inner.iterate()) {
            private byte @Nullable [] key;

            @Override
            public boolean next() {
              boolean found = inner.next();
              key = found ? inner.key() : null;
              return found;
            }

            @Override
            public byte[] key() {
              return key == null ? inner.key() : key;
            }
          };
        }
      };
    }
  }

  @CaughtBy(rule = "1.5", saying = "what is in the store")
  static final class KeysAreText extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return mappingKeys(
          sound, key -> new String(key, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
    }
  }

  @CaughtBy(rule = "1.5", saying = "what is in the store")
  static final class KeysEndAtZero extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return mappingKeys(
          sound,
          key -> {
            int length = 1;
            while (length < key.length && key[length] != 0) {
              length++;
            }
            return Arrays.copyOf(key, length);
          });
    }
  }

  @CaughtBy(rule = "1.5", saying = "what is in the store")
  static final class KeysIgnoreCase extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return mappingKeys(
          sound,
          key ->
              new String(key, StandardCharsets.ISO_8859_1)
                  .toLowerCase(Locale.ROOT)
                  .getBytes(StandardCharsets.ISO_8859_1));
    }
  }
}
