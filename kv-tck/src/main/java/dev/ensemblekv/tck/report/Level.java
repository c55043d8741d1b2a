// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import dev.ensemblekv.api.KvFeature;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a store can be relied on for, as a set of rules with the features that it must declare. Each
 * rule of the contract belongs to one level.
 */
@SuppressWarnings("ImmutableEnumChecker") // it does not see that nobody can change them
public enum Level {
  /** A map that threads may share, and that tells the truth about itself. */
  CORE(
      Set.of(),
      Set.of(),
      "1.1 1.2 1.3 1.4 1.5 "
          + "2.1 2.2 2.3 2.4 2.5 2.6 "
          + "3.1 3.2 3.3 3.5 4.1 4.3 "
          + "6.1 6.2 6.4 7.4 7.5 8.1 8.2 8.3"),

  /** Keys can be gone through in order. */
  ORDERED(Set.of(CORE), Set.of(KvFeature.ORDERED), "3.4"),

  /** Swaps and batches happen as a whole: to other threads, and when there is a crash. */
  ATOMIC(
      Set.of(CORE),
      Set.of(
          KvFeature.LINEARIZABLE,
          KvFeature.COMPARE_AND_SET,
          KvFeature.ATOMIC_BATCH,
          KvFeature.ISOLATED_BATCH),
      "2.7 4.2 4.4"),

  /** What was written survives the death of the process. */
  CRASH_SAFE(Set.of(CORE), Set.of(KvFeature.PERSISTENT, KvFeature.SURVIVES_PROCESS_CRASH), "5.1"),

  /** What was flushed survives a loss of power, and a disk that fails makes nothing worse. */
  POWER_SAFE(Set.of(CORE), Set.of(KvFeature.PERSISTENT), "5.2 5.3 5.4 7.1 7.2 7.3"),

  /** It can be a substore of an ensemble that keeps its promises. */
  ENSEMBLE_READY(
      Set.of(CORE, POWER_SAFE), Set.of(KvFeature.LINEARIZABLE, KvFeature.EXCLUSIVE), "6.3");

  /** The rules of which a store that reads nothing from the framework's disk can show nothing. */
  public static final Set<String> SEEN_ON_A_SIMULATED_DISK = Set.of("3.3");

  /** The rules about an engine's files, held by its own tests. */
  public static final Set<String> TESTED_BY_THE_ENGINE = Set.of("7.1", "7.2");

  /** The rules that people judge. */
  public static final Set<String> REVIEWED = Set.of("7.5");

  private final Set<Level> includes;
  private final Set<KvFeature> needs;
  private final List<String> rules;

  Level(Set<Level> includes, Set<KvFeature> needs, String rules) {
    this.includes = Set.copyOf(includes);
    this.needs = Set.copyOf(needs);
    this.rules = List.of(rules.split(" "));
  }

  /** Returns its name in reports and properties, such as {@code power-safe}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Returns the level of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static Level of(String id) {
    for (Level level : values()) {
      if (level.id().equals(id)) {
        return level;
      }
    }
    throw new IllegalArgumentException(
        "there is no level "
            + id
            + "; there are "
            + Arrays.stream(values()).map(Level::id).collect(Collectors.joining(", ")));
  }

  /** Returns the levels that must be reached too. */
  public Set<Level> includes() {
    return includes;
  }

  /** Returns its own rules, not those of the levels it includes. */
  public List<String> ownRules() {
    return rules;
  }

  /** Returns the features that it needs itself, beyond those of the levels it includes. */
  public Set<KvFeature> ownNeeds() {
    return needs;
  }

  /** Returns all rules that a store must keep to reach it. */
  public Set<String> rules() {
    Set<String> all = new LinkedHashSet<>();
    includes.forEach(level -> all.addAll(level.rules()));
    all.addAll(rules);
    return all;
  }

  /** Returns all features that a store must declare to reach it. */
  public Set<KvFeature> needs() {
    Set<KvFeature> all = EnumSet.noneOf(KvFeature.class);
    includes.forEach(level -> all.addAll(level.needs()));
    all.addAll(needs);
    return all;
  }

  /** Returns those of its rules that it is not reached without seeing them kept. */
  Set<String> rulesToBeSeen() {
    Set<String> seen = rules();
    seen.removeAll(SEEN_ON_A_SIMULATED_DISK);
    seen.removeAll(TESTED_BY_THE_ENGINE);
    seen.removeAll(REVIEWED);
    return seen;
  }
}
