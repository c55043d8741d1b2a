// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.tck.KvStoreTck;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever turns the threads of a store take, what they see is as if they had taken them one call
 * after the other. Engines with a fault are found out.
 *
 * <p>{@code dev.ensemblekv.tck.effort} makes it so many times longer, {@code
 * dev.ensemblekv.tck.seed} takes another seed.
 */
class InterleavingsTest {

  /** What is done in a wrong order, or not under a lock. */
  enum Fault {
    LOCATION_BEFORE_ITS_KEY(
        Race.MEMTABLE,
        "Slots",
        """
            words[at] = order;
            words[at + 2] = routing;
            WORD.setRelease(words, at + 1, location);
        """,
        """
            WORD.setRelease(words, at + 1, location);
            words[at] = order;
            words[at + 2] = routing;
        """),
    TABLE_BEFORE_ITS_ENTRIES(
        Race.MEMTABLE,
        "Memtable",
        "current = current.grown();",
        "slots = new Slots(current.places() * 2); current = current.grown();"),
    NOBODY_IS_COUNTED(Race.PINS, "Pins", "stripe < STRIPES;", "stripe < 0;"),
    DISPOSED_OF_UNDER_THOSE_WHO_WERE_THERE(
        Race.PINS,
        "Pins",
        "if (!leaving.isEmpty() && isEmpty(1 - (epoch & 1))) {",
        "if (!leaving.isEmpty()) {"),
    EPOCH_MOVED_ON_UNDER_THE_LATE(
        Race.PINS, "Pins", "!retired.isEmpty() && isEmpty(1 - (epoch & 1))", "!retired.isEmpty()"),
    NOT_CALLED_IF_RELEASED_MEANWHILE(
        Race.GROUP,
        "GroupLock",
        "if (lock.tryLock()) { // it was released before anybody could see who waits",
        "if (false) {"),
    NOBODY_CALLED_AT_THE_RELEASE(Race.GROUP, "GroupLock", "callNext(); // before", "// before"),
    GONE_ON_BEFORE_THE_FORCE(
        Race.FORCING,
        "LogSync",
        "    forceRolled(reach.rolled());\n    for",
        "    durableSequence = reach.sequence();\n    forceRolled(reach.rolled());\n    for"),
    MEMTABLE_DROPPED_BEFORE_ITS_RUN_IS_THERE(
        Race.PUBLISHING,
        "Index",
        "new Version(current.active, frozen, runs, current.keys());",
        "new Version(current.active, frozen, current.runs(), current.keys()); replaceRuns(runs);"),
    MEMTABLE_EMPTIED_BEFORE_IT_IS_FROZEN(
        Race.PUBLISHING,
        "Index",
        "    current = new Version(new Memtable(), frozen, current.runs(), current.keys());",
        """
            current =
                new Version(new Memtable(), current.frozen(), current.runs(), current.keys());
            current = new Version(current.active, frozen, current.runs(), current.keys());
        """),
    REPOINTED_WITHOUT_A_LOOK(
        Race.RELOCATION,
        "Compactor",
        "if (index.current().find(part.hash(i), bucket) == part.original(i)) {",
        "if (bucket.length > 0) {"),
    REPOINTED_AFTER_A_LOOK_WITHOUT_THE_LOCK(
        Race.RELOCATION,
        "Compactor",
        "log.write(0, Reserve.Use.UPKEEP, end -> repoint(end, part, bucket));",
        """
        List<Integer> same = new ArrayList<>();
        for (int i = 0; i < part.count(); i++) {
          if (index.current().find(part.hash(i), bucket) == part.original(i)) {
            same.add(i);
          }
        }
        log.write(0, Reserve.Use.UPKEEP, end -> same.forEach(i -> end.repoint(part.hash(i), part.copy(i))));
        """),
    VICTIM_DISPOSED_OF_UNDER_ITS_READERS(
        Race.RELOCATION, "Pins", "retired.add(disposal);", "disposal.run();"),
    GATE_LOOKED_AT_BEFORE_IT_IS_ENTERED(
        Race.CLOSING,
        "CallGate",
        "    inside.getAndIncrement(ticket);\n    if (shut) {\n      leave(ticket);\n",
        "    boolean late = shut;\n    inside.getAndIncrement(ticket);\n    if (late) {\n      leave(ticket);\n"),
    CLOSED_UNDER_CALLS(Race.CLOSING, "GuardedStore", "gate.awaitEmpty();", "");

    private final Race race;
    private final String source;
    private final String text;
    private final String replacement;

    Fault(Race race, String source, String text, String replacement) {
      this.race = race;
      this.source = source;
      this.text = text;
      this.replacement = replacement;
    }
  }

  /** Where the usual search goes by a fault, more points are tried, and in the end each. */
  private static final int[] EFFORTS = {1, 3, 10};

  private static final Mutant SOUND = Mutant.soundTakingTurns();

  private static String search(Mutant engine, Race race, int effort) {
    long seed = Long.getLong(KvStoreTck.SEED, 1);
    return (String) engine.make(Race.Search.class, Supplier.class, race.name(), seed, effort).get();
  }

  @ParameterizedTest
  @EnumSource
  void eachOrderIsSound(Race race) {
    int effort = Math.max(1, Integer.getInteger(KvStoreTck.EFFORT, 1));
    assertThat(search(SOUND, race, effort)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aFaultIsFoundOut(Fault fault, @TempDir Path scratch) {
    Mutant engine = Mutant.of(scratch, fault.source, fault.text, fault.replacement).takingTurns();
    String found = "";
    for (int i = 0; i < EFFORTS.length && found.isEmpty(); i++) {
      found = search(engine, fault.race, EFFORTS[i]);
    }
    assertThat(found).isNotEmpty();
  }
}
