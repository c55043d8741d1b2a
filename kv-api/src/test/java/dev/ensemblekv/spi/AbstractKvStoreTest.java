// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFailedException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the base promises of engines that fail. */
class AbstractKvStoreTest {
  private static final KvLimits LIMITS = new KvLimits(1000, 1 << 20, 4 << 20);
  private static final Set<KvFeature> FEATURES = Set.of(KvFeature.COMPARE_AND_SET);

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static KvStore open(boolean atomic) {
    KvEnvironment environment = KvEnvironment.builder().backend(new Backend(atomic)).build();
    return environment.open("engine", null, KvOptions.defaults());
  }

  private static Engine engine(KvStore store) {
    return store.unwrap(Engine.class).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterAFailureNoWriteReachesTheEngine(boolean atomic) {
    Engine engine = engine(open(atomic));
    engine.put(bytes("k"), bytes("v"));
    KvException first = engine.fail(new KvException("the disk is gone", null));
    engine.fail(new KvException("a later one", null));
    assertRefused(first, () -> engine.put(bytes("k"), bytes("w")));
    assertRefused(first, () -> engine.delete(bytes("k")));
    assertRefused(first, () -> engine.write(new KvBatch().put(bytes("k"), bytes("w"))));
    assertRefused(first, () -> engine.compareAndSet(bytes("k"), bytes("v"), bytes("w")));
    assertRefused(first, () -> engine.compareAndSet(bytes("k"), bytes("other"), null));
    assertThat(engine.pairs).containsOnlyKeys(bytes("k"));
    assertThat(engine.pairs.get(bytes("k"))).isEqualTo(bytes("v"));
  }

  private static void assertRefused(KvException cause, ThrowingCallable write) {
    assertThatThrownBy(write)
        .isInstanceOf(StoreFailedException.class)
        .hasMessageContaining("the disk is gone")
        .hasCause(cause);
  }

  @Test
  void afterAFailureReadsGoOnAndClosingReleasesEverything() {
    KvStore store = open(false);
    Engine engine = engine(store);
    store.put(bytes("k"), bytes("v"));
    KvException cause = engine.fail(new KvException("the disk is gone", null));
    assertThat(store.get(bytes("k"))).isEqualTo(bytes("v"));
    assertThat(store.exists(bytes("k"))).isTrue();
    assertThat(store.size()).isEqualTo(1);
    assertThat(store.verify().result().items()).isEqualTo(1);
    assertThat(store.stats().state()).isEqualTo(KvState.FAILED);
    assertRefused(cause, store::flush);
    assertRefused(cause, store::close);
    assertThat(engine.closed).isTrue();
    store.close();
  }

  @Test
  void theWriteThatFailsTellsWhatWentWrongAndTheNextOneThatItDid() {
    Engine engine = engine(open(false));
    engine.breaks = true;
    assertThatThrownBy(() -> engine.put(bytes("k"), bytes("v")))
        .isExactlyInstanceOf(KvException.class)
        .hasMessage("the disk is gone");
    engine.breaks = false;
    assertThatThrownBy(() -> engine.put(bytes("k"), bytes("v")))
        .isInstanceOf(StoreFailedException.class)
        .hasMessageContaining("the disk is gone");
  }

  private static final class Backend implements KvBackend {
    private final boolean atomic;

    Backend(boolean atomic) {
      this.atomic = atomic;
    }

    @Override
    public String name() {
      return "engine";
    }

    @Override
    public String description() {
      return "A map that can be made to fail.";
    }

    @Override
    public Set<KvFeature> features() {
      return FEATURES;
    }

    @Override
    public KvLimits limits() {
      return LIMITS;
    }

    @Override
    public List<KvOption<?>> options() {
      return List.of();
    }

    @Override
    public boolean needsDirectory() {
      return false;
    }

    @Override
    public KvStore open(KvOpenContext context) {
      return atomic ? new AtomicEngine(context) : new Engine(context);
    }
  }

  /** The least that an engine has. */
  private static class Engine extends AbstractKvStore {
    final NavigableMap<byte[], byte[]> pairs = new TreeMap<>(Arrays::compareUnsigned);
    boolean breaks;
    boolean closed;

    Engine(KvOpenContext context) {
      super(context, LIMITS, FEATURES);
    }

    @Override
    protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
      if (breaks) {
        throw fail(new KvException("the disk is gone", null));
      }
      if (value == null) {
        pairs.remove(key);
      } else {
        pairs.put(key, value);
      }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      return pairs.get(key);
    }

    @Override
    public long size() {
      return pairs.size();
    }

    @Override
    public KvCursor iterate() {
      return new Walk(pairs);
    }

    @Override
    public void flush() {
      checkNotFailed();
    }

    @Override
    public KvStats stats() {
      return statsBuilder().build();
    }

    @Override
    public void close() {
      closed = true;
      checkNotFailed();
    }
  }

  /** One whose writes the base calls without locks. */
  private static final class AtomicEngine extends Engine {
    AtomicEngine(KvOpenContext context) {
      super(context);
    }

    @Override
    protected boolean isAtomic() {
      return true;
    }
  }

  private static final class Walk implements KvCursor {
    private final NavigableMap<byte[], byte[]> rest;
    private Map.@Nullable Entry<byte[], byte[]> current;

    Walk(NavigableMap<byte[], byte[]> pairs) {
      this.rest = new TreeMap<>(pairs);
    }

    @Override
    public boolean next() {
      current = rest.pollFirstEntry();
      return current != null;
    }

    @Override
    public byte[] key() {
      return Objects.requireNonNull(current).getKey();
    }

    @Override
    public byte[] value() {
      return Objects.requireNonNull(current).getValue();
    }

    @Override
    public void close() {}
  }
}
