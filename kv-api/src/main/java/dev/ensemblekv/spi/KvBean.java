// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import dev.ensemblekv.api.KvStats;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A bean that a raw store brings to the management of its store, from {@link Source}: an interface
 * as of an MXBean, and what implements it. A backend that brings one needs nothing of JMX.
 *
 * <p>The interface is public in an exported package, its name ends in {@code MXBean}, its types are
 * open ones or interfaces of getters, and it has {@link dev.ensemblekv.api.jmx.Description} on each
 * method. Getters neither wait nor do I/O, and may still be called while the store is closed and
 * after. A wrong argument is an {@link IllegalArgumentException}.
 *
 * @param type the key {@code type} of its name; that of {@link KvBackend#engineBean()} adds to the
 *     figures of the engine
 * @param view the interface
 * @param implementation what implements it
 */
public record KvBean(String type, Class<?> view, Object implementation) {
  private static final String SUFFIX = "MXBean";

  /** What has beans: a raw store returns one by {@code unwrap(KvBean.Source.class)}. */
  @FunctionalInterface
  public interface Source {
    /**
     * Returns the beans; called once, after the store was opened.
     *
     * @param stats the statistics of the store, taken once for all attributes of one request
     */
    List<KvBean> beans(Supplier<KvStats> stats);
  }

  /** Creates a bean. */
  public KvBean {
    Objects.requireNonNull(type, "type");
    if (!view.isInterface() || !view.getSimpleName().endsWith(SUFFIX)) {
      throw new IllegalArgumentException(view + " is not an interface named ..." + SUFFIX);
    }
    if (!view.isInstance(implementation)) {
      throw new IllegalArgumentException(implementation + " does not implement " + view);
    }
  }
}
