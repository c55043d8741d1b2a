// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is done with a store, as a line of text describes it: terms between commas, such as {@code
 * 50 read, 50 update, zipfian}.
 *
 * <ul>
 *   <li>{@code 50 read}: so many of a hundred calls are such a {@link Call}
 *   <li>{@code zipfian}: the {@link Popularity} of keys, which is else uniform
 *   <li>{@code sync}: each write is durable at its return
 *   <li>{@code 8 threads}, {@code 1000000 bytes}: how many threads call, how long values are, if
 *       not as for the others
 *   <li>{@code 10 % data}: how much is loaded
 *   <li>{@code 5 passes}: how often as many calls there are as for the others
 * </ul>
 *
 * @param name by which it is known
 * @param description the line
 * @param percents how many of a hundred calls are which
 * @param popularity of which keys
 * @param passes by what the number of calls is multiplied
 * @param sync whether each write is durable at its return, even if those of others are not
 * @param threads how many call
 * @param valueBytes length of each value
 * @param dataPercent how much is loaded
 */
record Workload(
    String name,
    String description,
    Map<Call, Integer> percents,
    Popularity popularity,
    int passes,
    boolean sync,
    OptionalInt threads,
    OptionalInt valueBytes,
    int dataPercent) {
  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,9}) (.+)");
  private static final int ALL = 100;

  /**
   * Reads a description.
   *
   * @throws IllegalArgumentException if a term is not known, or calls are not a hundred percent
   */
  static Workload parse(String name, String description) {
    Parser parser = new Parser();
    for (String term : description.split(",", -1)) {
      if (!parser.accept(term.strip())) {
        throw new IllegalArgumentException(
            "workload " + name + ": '" + term.strip() + "' is not known");
      }
    }
    int sum = parser.percents.values().stream().mapToInt(Integer::intValue).sum();
    if (sum != ALL) {
      throw new IllegalArgumentException(
          "workload " + name + ": calls are " + sum + " of a hundred");
    }
    return parser.made(name, description);
  }

  /** Returns the call that a number below 100 stands for. */
  Call call(int percent) {
    int left = percent;
    for (Map.Entry<Call, Integer> share : percents.entrySet()) {
      left -= share.getValue();
      if (left < 0) {
        return share.getKey();
      }
    }
    throw new IllegalArgumentException(percent + " is not below a hundred");
  }

  boolean isOrdered() {
    return percents.containsKey(Call.SCAN);
  }

  /** Tells whether nothing is read, so that all that is measured is how soon it is durable. */
  boolean isWriteOnly() {
    return percents.keySet().stream()
        .allMatch(
            call ->
                call == Call.UPDATE
                    || call == Call.BATCH
                    || call == Call.INSERT
                    || call == Call.DELETE);
  }

  /** Returns the setting, where it is not that of all others. */
  Setting setting(Setting others) {
    return new Setting(
        valueBytes.orElse(others.valueBytes()),
        threads.orElse(others.threads()),
        sync || others.sync(),
        dataPercent);
  }

  /** What was read so far. */
  private static final class Parser {
    private final Map<Call, Integer> percents = new EnumMap<>(Call.class);
    private Popularity popularity = Popularity.UNIFORM;
    private int passes = 1;
    private boolean sync;
    private OptionalInt threads = OptionalInt.empty();
    private OptionalInt valueBytes = OptionalInt.empty();
    private int dataPercent = ALL;

    boolean accept(String term) {
      Matcher amount = AMOUNT.matcher(term);
      if (amount.matches()) {
        return accept(Integer.parseInt(amount.group(1)), amount.group(2));
      }
      if (term.equals("sync")) {
        sync = true;
        return true;
      }
      for (Popularity one : Popularity.values()) {
        if (one.name().toLowerCase(Locale.ROOT).equals(term)) {
          popularity = one;
          return true;
        }
      }
      return false;
    }

    private boolean accept(int amount, String of) {
      switch (of) {
        case "threads" -> threads = OptionalInt.of(amount);
        case "bytes" -> valueBytes = OptionalInt.of(amount);
        case "% data" -> dataPercent = amount;
        case "passes" -> passes = amount;
        default -> {
          for (Call call : Call.values()) {
            if (call.name().toLowerCase(Locale.ROOT).equals(of)) {
              percents.merge(call, amount, Integer::sum);
              return amount > 0;
            }
          }
          return false;
        }
      }
      return amount > 0;
    }

    Workload made(String name, String description) {
      return new Workload(
          name, description, percents, popularity, passes, sync, threads, valueBytes, dataPercent);
    }
  }
}
