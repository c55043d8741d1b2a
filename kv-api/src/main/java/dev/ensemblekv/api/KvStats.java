// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state and the figures of a store at one moment: a typed core, named metrics, facts in words,
 * and the same again for each substore. Immutable.
 *
 * <p>JMX, the command line and exporters all derive from it, so a figure is added in one place.
 */
public final class KvStats {
  private final String spec;
  private final String name;
  private final KvState state;
  private final @Nullable String problem;
  private final Map<String, KvMetric> metrics;
  private final Map<String, String> facts;
  private final List<KvStats> substores;

  private KvStats(Builder builder) {
    this.spec = builder.spec;
    this.name = builder.name;
    this.state = builder.state;
    this.problem = builder.problem;
    this.metrics = Collections.unmodifiableMap(new LinkedHashMap<>(builder.metrics));
    this.facts = Collections.unmodifiableMap(new LinkedHashMap<>(builder.facts));
    this.substores = List.copyOf(builder.substores);
  }

  /** Begins the statistics of a store. */
  public static Builder builder(String spec, String name) {
    return new Builder(spec, name);
  }

  /** Begins statistics from these. */
  public Builder toBuilder() {
    Builder builder = new Builder(spec, name).state(state, problem).metrics(metrics.values());
    builder.facts.putAll(facts);
    builder.substores.addAll(substores);
    return builder;
  }

  /** Returns the spec the store was opened with, such as {@code ensemble:json}. */
  public String spec() {
    return spec;
  }

  /** Returns the name of the store; of a substore, its number. */
  public String name() {
    return name;
  }

  /** Returns how the store is. */
  public KvState state() {
    return state;
  }

  /** Returns why the state is not {@link KvState#OPEN}, as far as there is something to say. */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /** Returns all figures, in the order in which they are best shown. */
  public Collection<KvMetric> metrics() {
    return metrics.values();
  }

  /** Returns a figure by its name. */
  public Optional<KvMetric> metric(String name) {
    return Optional.ofNullable(metrics.get(name));
  }

  /**
   * Returns a figure of the store by its name, or of all its substores together if each of them
   * tells it.
   */
  public Optional<KvMetric> total(String name) {
    Optional<KvMetric> own = metric(name);
    return own.isPresent() ? own : together(name);
  }

  private Optional<KvMetric> together(String name) {
    List<KvMetric> each =
        substores.stream().flatMap(substore -> substore.metric(name).stream()).toList();
    return each.size() < substores.size() ? Optional.empty() : each.stream().reduce(KvMetric::and);
  }

  /** Returns all figures of the store, and {@link #total totals} of those only substores tell. */
  public List<KvMetric> totals() {
    List<KvMetric> totals = new ArrayList<>(metrics.values());
    if (!substores.isEmpty()) {
      Set<String> more = new LinkedHashSet<>(substores.get(0).metrics.keySet());
      more.removeAll(metrics.keySet());
      more.forEach(name -> together(name).ifPresent(totals::add));
    }
    return totals;
  }

  /** Returns what is told in words rather than figures, by name. */
  public Map<String, String> facts() {
    return facts;
  }

  /** Returns the statistics of the substores, of which only an ensemble has any. */
  public List<KvStats> substores() {
    return substores;
  }

  @Override
  public String toString() {
    return "KvStats[" + spec + " '" + name + "' " + state + " " + metrics.values() + "]";
  }

  /** Collects statistics. */
  public static final class Builder {
    private final String spec;
    private final String name;
    private final Map<String, KvMetric> metrics = new LinkedHashMap<>();
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final List<KvStats> substores = new ArrayList<>();
    private KvState state = KvState.OPEN;
    private @Nullable String problem;

    private Builder(String spec, String name) {
      this.spec = spec;
      this.name = name;
    }

    /** Sets the state, and why it is not {@link KvState#OPEN}. */
    public Builder state(KvState state, @Nullable String problem) {
      this.state = state;
      this.problem = problem;
      return this;
    }

    /** Adds a figure, replacing one of the same name. */
    public Builder metric(KvMetric metric) {
      metrics.put(metric.name(), metric);
      return this;
    }

    /** Adds figures. */
    public Builder metrics(Collection<KvMetric> metrics) {
      metrics.forEach(this::metric);
      return this;
    }

    /** Adds something told in words. */
    public Builder fact(String name, String value) {
      facts.put(name, value);
      return this;
    }

    /** Adds a substore. */
    public Builder substore(KvStats stats) {
      substores.add(stats);
      return this;
    }

    /** Returns the statistics. */
    public KvStats build() {
      return new KvStats(this);
    }
  }
}
