// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The options that a store is opened with, and the features it must have. Immutable.
 *
 * <p>Values are set by declared option or by name and text; names are checked when a store is
 * opened, against the backends of its spec.
 */
public final class KvOptions {
  /** Whether a store is created where there is none. */
  public static final KvOption<Boolean> CREATE_IF_MISSING =
      KvOption.flag("createIfMissing").build(true, "Create the store if there is none.");

  /** Whether it is an error if there is a store already. */
  public static final KvOption<Boolean> FAIL_IF_EXISTS =
      KvOption.flag("failIfExists").build(false, "Refuse to open a store that exists already.");

  /** Whether the store is opened for reading only. */
  public static final KvOption<Boolean> READ_ONLY =
      KvOption.flag("readOnly").build(false, "Open for reading only; writes are refused.");

  /** Whether each write survives a loss of power at its return. */
  public static final KvOption<Boolean> SYNC =
      KvOption.flag("sync")
          .build(false, "Make each write survive a loss of power at its return (SYNC_WRITES).");

  /** The name of the store in messages and JMX; empty: the name of its directory. */
  public static final KvOption<String> NAME =
      KvOption.text("name").build("", "Name in messages and JMX; empty: that of the directory.");

  /** Whether {@link KvStore#read} hands out copies. */
  public static final KvOption<Boolean> COPY_READS =
      KvOption.flag("copyReads")
          .build(
              false, "Hand copies to readers, so that a kept buffer is harmless; for debugging.");

  /**
   * Whether calls are counted and timed. Without, statistics and MXBeans tell nothing of calls,
   * hits and latencies, and a call takes some nanoseconds less.
   */
  public static final KvOption<Boolean> COUNT_CALLS =
      KvOption.flag("countCalls").build(true, "Count calls, hits and bytes, and time calls.");

  /** Whether each substore has an MXBean and counts its calls. */
  public static final KvOption<Boolean> SUBSTORE_MBEANS =
      KvOption.flag("substoreMBeans")
          .build(false, "Show each substore of an ensemble in JMX, with counts of its own calls.");

  private static final List<KvOption<?>> GLOBAL =
      List.of(
          CREATE_IF_MISSING,
          FAIL_IF_EXISTS,
          READ_ONLY,
          SYNC,
          NAME,
          COPY_READS,
          COUNT_CALLS,
          SUBSTORE_MBEANS);
  private static final KvOptions DEFAULTS = builder().build();

  private final Map<String, String> values;
  private final Set<KvFeature> required;

  private KvOptions(Map<String, String> values, Set<KvFeature> required) {
    this.values = Collections.unmodifiableMap(new TreeMap<>(values));
    this.required =
        required.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(required));
  }

  /** Returns the options of every store. */
  public static List<KvOption<?>> global() {
    return GLOBAL;
  }

  /** Returns options of which none is set. */
  public static KvOptions defaults() {
    return DEFAULTS;
  }

  /** Begins new options. */
  public static Builder builder() {
    return new Builder();
  }

  /** Begins options from these. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.values.putAll(values);
    builder.required.addAll(required);
    return builder;
  }

  /** Returns the value of an option, or its default if it is not set. */
  public <T> T get(KvOption<T> option) {
    String value = values.get(option.name());
    return value == null ? option.defaultValue() : option.parse(value);
  }

  /** Tells whether an option is set. */
  public boolean isSet(KvOption<?> option) {
    return values.containsKey(option.name());
  }

  /** Returns the values that are set, by the name of the option. Secrets are among them. */
  public Map<String, String> asMap() {
    return values;
  }

  /** Returns the features without which opening fails. */
  public Set<KvFeature> required() {
    return required;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KvOptions that
        && values.equals(that.values)
        && required.equals(that.required);
  }

  @Override
  public int hashCode() {
    return 31 * values.hashCode() + required.hashCode();
  }

  /** Shows the names that are set, not the values: one of them may be a secret. */
  @Override
  public String toString() {
    return "KvOptions[set=" + values.keySet() + ", required=" + required + "]";
  }

  /** Collects options. */
  public static final class Builder {
    private final Map<String, String> values = new TreeMap<>();
    private final Set<KvFeature> required = EnumSet.noneOf(KvFeature.class);

    private Builder() {}

    /**
     * Sets a declared option.
     *
     * @throws IllegalArgumentException if the value is out of range
     */
    public <T> Builder set(KvOption<T> option, T value) {
      values.put(option.name(), option.format(option.check(value)));
      return this;
    }

    /** Sets an option by its name; name and value are checked when a store is opened. */
    public Builder set(String name, String value) {
      values.put(name, value);
      return this;
    }

    /** Makes opening fail if the store lacks one of these features. */
    public Builder require(KvFeature... features) {
      Collections.addAll(required, features);
      return this;
    }

    /** Returns the options. */
    public KvOptions build() {
      return new KvOptions(values, required);
    }
  }
}
