// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of one option: its name, type, default, range and meaning. Immutable.
 *
 * <p>A backend declares each of its options once, as a constant, and builders, command line, help
 * texts and JMX are served from there. The name of a backend's option is {@code backend.option};
 * options of every store have no dot.
 *
 * @param <T> the type of its values
 */
public final class KvOption<T> {
  private static final Pattern NAME = Pattern.compile("([a-z][a-z0-9-]*\\.)?[a-z][A-Za-z0-9]*");
  private static final Pattern SIZE = Pattern.compile("(\\d+) ?(B|KiB|MiB|GiB|TiB)?");
  private static final Pattern DURATION = Pattern.compile("(\\d+) ?(ns|us|ms|s|m|h|d)");
  private static final String[] SIZE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  /** How long the value of an option lasts, and whether it can change. */
  public enum Kind {
    /** Fixed when the store is created, and recorded in it. */
    FORMAT,
    /** Recorded in the store; stays until it is given another value at open or while running. */
    STICKY,
    /** For one opening of the store; not recorded. */
    SESSION
  }

  private final String name;
  private final String typeName;
  private final Kind kind;
  private final T defaultValue;
  private final String text;
  private final boolean secret;
  private final @Nullable T min;
  private final @Nullable T max;
  private final Function<String, T> parser;
  private final Function<T, String> formatter;

  private KvOption(Builder<T> builder, T defaultValue, String text) {
    this.name = builder.name;
    this.typeName = builder.typeName;
    this.kind = builder.kind;
    this.defaultValue = defaultValue;
    this.text = text;
    this.secret = builder.secret;
    this.min = builder.min;
    this.max = builder.max;
    this.parser = builder.parser;
    this.formatter = builder.formatter;
    check(defaultValue);
  }

  /** Begins the declaration of an option that is {@code true} or {@code false}. */
  public static Builder<Boolean> flag(String name) {
    return new Builder<>(name, "true|false", KvOption::parseFlag, String::valueOf);
  }

  /** Begins the declaration of an option that is a whole number. */
  public static Builder<Long> number(String name) {
    return new Builder<>(name, "number", KvOption::parseNumber, String::valueOf);
  }

  /** Begins the declaration of an option that is a size in bytes, such as {@code 64MiB}. */
  public static Builder<Long> sizeBytes(String name) {
    return new Builder<>(name, "size", KvOption::parseSize, KvOption::formatSize);
  }

  /** Begins the declaration of an option that is a duration, such as {@code 100ms}. */
  public static Builder<Duration> duration(String name) {
    return new Builder<>(name, "duration", KvOption::parseDuration, KvOption::formatDuration);
  }

  /** Begins the declaration of an option that is any text. */
  public static Builder<String> text(String name) {
    return new Builder<>(name, "text", Function.identity(), Function.identity());
  }

  /** Begins the declaration of an option that is one of some words, written in lower case. */
  public static <E extends Enum<E>> Builder<E> choice(String name, Class<E> type) {
    E[] constants = type.getEnumConstants();
    String words = Arrays.stream(constants).map(KvOption::word).collect(Collectors.joining("|"));
    return new Builder<>(
        name,
        words,
        value ->
            Arrays.stream(constants)
                .filter(constant -> word(constant).equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not one of " + words)),
        KvOption::word);
  }

  /** Returns the full name. */
  public String name() {
    return name;
  }

  /** Returns the name of the type, for help texts. */
  public String typeName() {
    return typeName;
  }

  /** Returns how long a value lasts. */
  public Kind kind() {
    return kind;
  }

  /** Returns the value that holds where none is given. */
  public T defaultValue() {
    return defaultValue;
  }

  /** Returns what the option means, in a sentence. */
  public String text() {
    return text;
  }

  /** Tells whether values are never recorded or shown. */
  public boolean isSecret() {
    return secret;
  }

  /** Returns the range of values as text, empty if there is none. */
  public String range() {
    String least = min == null ? "" : formatter.apply(min);
    String greatest = max == null ? "" : formatter.apply(max);
    return min == null && max == null ? "" : least + ".." + greatest;
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if it is not of the type or out of range
   */
  public T parse(String value) {
    T parsed;
    try {
      parsed = parser.apply(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "option " + name + " takes a " + typeName + ", not '" + shown(value) + "'", e);
    }
    return check(parsed);
  }

  /** Writes a value so that {@link #parse} reads it. */
  public String format(T value) {
    return formatter.apply(value);
  }

  /**
   * Checks that a value lies in the range.
   *
   * @return the value
   * @throws IllegalArgumentException if it does not
   */
  public T check(T value) {
    if ((min != null && compare(value, min) < 0) || (max != null && compare(value, max) > 0)) {
      throw new IllegalArgumentException(
          "option " + name + " is " + shown(format(value)) + "; it must be in " + range());
    }
    return value;
  }

  @Override
  public String toString() {
    return name;
  }

  private String shown(String value) {
    return secret ? "(secret)" : value;
  }

  @SuppressWarnings("unchecked") // only comparable types are given a range
  private static <T> int compare(T left, T right) {
    return ((Comparable<T>) left).compareTo(right);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Boolean parseFlag(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }

  private static Long parseNumber(String value) {
    return Long.valueOf(value.replace("_", ""));
  }

  private static Long parseSize(String value) {
    Matcher matcher = SIZE.matcher(value);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a size");
    }
    String unit = matcher.group(2);
    int power = unit == null ? 0 : Arrays.asList(SIZE_UNITS).indexOf(unit);
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * power));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("more than 8 EiB", e);
    }
  }

  private static String formatSize(Long bytes) {
    int power = 0;
    long units = bytes;
    while (power < SIZE_UNITS.length - 1 && units != 0 && units % 1024 == 0) {
      units /= 1024;
      power++;
    }
    return power == 0 ? Long.toString(units) : units + SIZE_UNITS[power];
  }

  private static Duration parseDuration(String value) {
    Matcher matcher = DURATION.matcher(value);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a duration");
    }
    long amount = Long.parseLong(matcher.group(1));
    try {
      return switch (matcher.group(2)) {
        case "ns" -> Duration.ofNanos(amount);
        case "us" -> Duration.ofNanos(Math.multiplyExact(amount, 1_000L));
        case "ms" -> Duration.ofMillis(amount);
        case "s" -> Duration.ofSeconds(amount);
        case "m" -> Duration.ofMinutes(amount);
        case "h" -> Duration.ofHours(amount);
        default -> Duration.ofDays(amount);
      };
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("too long", e);
    }
  }

  private static String formatDuration(Duration duration) {
    if (duration.toNanosPart() % 1_000_000 != 0) {
      return duration.toNanos() + "ns";
    }
    return duration.toMillisPart() != 0 || duration.isZero()
        ? duration.toMillis() + "ms"
        : duration.toSeconds() + "s";
  }

  /**
   * Collects what {@link KvOption} declares.
   *
   * @param <T> the type of the option's values
   */
  public static final class Builder<T> {
    private final String name;
    private final String typeName;
    private final Function<String, T> parser;
    private final Function<T, String> formatter;
    private Kind kind = Kind.SESSION;
    private boolean secret;
    private @Nullable T min;
    private @Nullable T max;

    private Builder(
        String name, String typeName, Function<String, T> parser, Function<T, String> formatter) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("'" + name + "' is not an option name: " + NAME);
      }
      this.name = name;
      this.typeName = typeName;
      this.parser = parser;
      this.formatter = formatter;
    }

    /** Sets how long values last; {@link Kind#SESSION} if not called. */
    public Builder<T> kind(Kind kind) {
      this.kind = kind;
      return this;
    }

    /** Sets the least and the greatest value, both inclusive. */
    public Builder<T> range(T min, T max) {
      this.min = min;
      this.max = max;
      return this;
    }

    /** Makes values never be recorded or shown. */
    public Builder<T> secret() {
      this.secret = true;
      return this;
    }

    /**
     * Ends the declaration.
     *
     * @param defaultValue the value that holds where none is given
     * @param text what the option means, in a sentence
     * @throws IllegalArgumentException if the default is out of range, or a secret is to be
     *     recorded
     */
    public KvOption<T> build(T defaultValue, String text) {
      if (secret && kind != Kind.SESSION) {
        throw new IllegalArgumentException(
            "the secret option " + name + " must be of kind SESSION");
      }
      return new KvOption<>(this, defaultValue, text);
    }
  }
}
