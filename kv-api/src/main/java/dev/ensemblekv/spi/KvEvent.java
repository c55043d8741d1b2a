// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that happened to a store now and then, told to {@link KvEvents}. Immutable.
 *
 * @param kind what it was
 * @param text the same in a sentence
 * @param attributes details by name: each a String, Long, Double or Boolean
 */
public record KvEvent(Kind kind, String text, Map<String, Object> attributes) {

  /** What can happen. */
  public enum Kind {
    /** A substore begins to be split. */
    SPLIT_STARTED("split.started", "A substore begins to be split."),
    /** A split has come one tenth further, or to its next phase. */
    SPLIT_PROGRESS("split.progress", "A split has come a tenth further, or to its next phase."),
    /** A split has handed its half over. */
    SPLIT_FINISHED("split.finished", "The target of a split has taken over its half."),
    /** A split or what comes after it has failed and is tried again, or was given up. */
    SPLIT_FAILED("split.failed", "A step of growth has failed, or a split was given up."),
    /** A compaction has given space back. */
    COMPACTION_FINISHED("compaction.finished", "A compaction has given space back."),
    /** Opening found that the store was not closed well. */
    RECOVERY_FOUND("recovery.found", "Opening found what a crash had left, and dealt with it."),
    /** There is no space, or little. */
    DISK_LOW("disk.low", "A disk has little space left, or too little for what was to be done."),
    /** Writers are held up from now on. */
    STALL("stall", "Writers begin to be held up, so that background work keeps up."),
    /** Bytes on disk are not what was written. */
    CORRUPTION("corruption", "Bytes on disk are not what was written there."),
    /** The store refuses writes until it is opened again. */
    STORE_FAILED("store.failed", "A store has failed: it refuses writes until it is reopened."),
    /** A task is at its end. */
    TASK_FINISHED("task.finished", "A task has ended, well or not.");

    private final String type;
    private final String text;

    Kind(String type, String text) {
      this.type = "dev.ensemblekv." + type;
      this.text = text;
    }

    /** Returns the type of the notification that JMX sends. */
    public String type() {
      return type;
    }

    /** Returns what it means, in a sentence. */
    public String text() {
      return text;
    }
  }

  /** Creates an event. */
  public KvEvent {
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }

  /** Creates an event without details. */
  public static KvEvent of(Kind kind, String text) {
    return new KvEvent(kind, text, Map.of());
  }

  /** Returns this with one more detail. */
  public KvEvent with(String name, String value) {
    return plus(name, value);
  }

  /** Returns this with one more detail. */
  public KvEvent with(String name, long value) {
    return plus(name, value);
  }

  /** Returns this with one more detail. */
  public KvEvent with(String name, double value) {
    return plus(name, value);
  }

  private KvEvent plus(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(attributes);
    more.put(name, value);
    return new KvEvent(kind, text, more);
  }
}
