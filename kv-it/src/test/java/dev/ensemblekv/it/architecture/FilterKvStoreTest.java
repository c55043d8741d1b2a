// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvVisitor;
import dev.ensemblekv.spi.FilterKvStore;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A method that is new in {@link KvStore} must not pass by the layers. */
class FilterKvStoreTest {
  private static final Map<Class<?>, Object> ARGUMENTS =
      Map.ofEntries(
          Map.entry(byte[].class, new byte[] {1}),
          Map.entry(List.class, List.of(new byte[] {1})),
          Map.entry(KvReader.class, (KvReader<Object>) value -> value),
          Map.entry(KvVisitor.class, (KvVisitor) (key, value) -> true),
          Map.entry(KvBatch.class, new KvBatch()),
          Map.entry(Durability.class, Durability.SYNC),
          Map.entry(KeyRange.class, KeyRange.all()),
          Map.entry(Path.class, Path.of("copy")),
          Map.entry(Class.class, Thread.class));

  /** What was called on the inner store. */
  private record Call(Method method, List<@Nullable Object> arguments) {}

  /** A layer that changes nothing. */
  private static final class Layer extends FilterKvStore {
    Layer(KvStore inner) {
      super(inner);
    }
  }

  static Stream<Method> methods() {
    return Arrays.stream(KvStore.class.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void eachMethodIsForwardedAsItIs(Method method) throws Exception {
    Method own = FilterKvStore.class.getMethod(method.getName(), method.getParameterTypes());
    assertThat(own.getDeclaringClass()).isEqualTo(FilterKvStore.class);

    @Nullable Call[] called = new @Nullable Call[1];
    KvStore inner =
        (KvStore)
            Proxy.newProxyInstance(
                KvStore.class.getClassLoader(),
                new Class<?>[] {KvStore.class},
                (proxy, target, arguments) -> {
                  called[0] = new Call(target, arguments == null ? List.of() : List.of(arguments));
                  return zero(target.getReturnType());
                });
    Object[] arguments =
        Arrays.stream(method.getParameterTypes())
            .map(type -> Objects.requireNonNull(ARGUMENTS.get(type), type::toString))
            .toArray();
    method.invoke(new Layer(inner), arguments);

    assertThat(called[0]).isEqualTo(new Call(method, List.of(arguments)));
  }

  private static @Nullable Object zero(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    return type == long.class ? (Object) 0L : null;
  }
}
