// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.JournaledStore;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Journaled batches that reach a substore two by two, the later one first, as if nobody waited for
 * his turn. Whatever else the substore is asked for finds the first of two written.
 */
final class SwappedBatches implements JournaledStore, InvocationHandler {
  private static final Set<String> LOOKS = Set.of("stats", "features", "limits", "toString");

  private final KvStore inner;
  private final JournaledStore right;
  private final boolean isReplay;
  private @Nullable Part waiting;

  /** What goes to the substore of a batch. */
  private record Part(KvBatch batch, long number) {
    boolean hasKeyOf(Part other) {
      Set<byte[]> keys = keys();
      return other.keys().stream().anyMatch(keys::contains);
    }

    private Set<byte[]> keys() {
      Set<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
      batch.replay(
          new KvBatch.Handler() {
            @Override
            public void put(byte[] key, byte[] value) {
              keys.add(key);
            }

            @Override
            public void delete(byte[] key) {
              keys.add(key);
            }
          });
      return keys;
    }
  }

  private SwappedBatches(KvStore inner, boolean isReplay) {
    this.inner = inner;
    this.right = inner.unwrap(JournaledStore.class).orElseThrow();
    this.isReplay = isReplay;
  }

  /**
   * Puts them before a store.
   *
   * @param isReplay whether those of the replay of a journal are swapped, or the others; these only
   *     if they have no key in common, as writers of one key do wait for each other
   */
  static KvStore before(KvStore inner, boolean isReplay) {
    return (KvStore)
        Proxy.newProxyInstance(
            KvStore.class.getClassLoader(),
            new Class<?>[] {KvStore.class},
            new SwappedBatches(inner, isReplay));
  }

  @Override
  public void writeJournaled(KvBatch batch, long number) {
    Part part = new Part(batch, number);
    Part first = waiting;
    boolean isRight = WrongJournalBackend.isWithin(JournalRecovery.class) != isReplay;
    if (!isRight && first == null) {
      waiting = part;
    } else if (isRight || first == null || (!isReplay && part.hasKeyOf(first))) {
      settle();
      right.writeJournaled(batch, number);
    } else {
      waiting = null;
      right.writeJournaled(batch, number);
      right.writeJournaled(first.batch, first.number);
    }
  }

  @Override
  public long journalNumber() {
    if (!isReplay) {
      settle();
    }
    return right.journalNumber();
  }

  private void settle() {
    Part part = waiting;
    waiting = null;
    if (part != null) {
      right.writeJournaled(part.batch, part.number);
    }
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (method.getName().equals("unwrap")) {
      Class<?> type = (Class<?>) Objects.requireNonNull(arguments)[0];
      return type == JournaledStore.class ? Optional.of(this) : inner.unwrap(type);
    }
    if (!LOOKS.contains(method.getName())) {
      settle();
    }
    try {
      return method.invoke(inner, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
