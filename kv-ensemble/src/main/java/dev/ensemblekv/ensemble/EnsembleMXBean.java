// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.jmx.Description;
import java.util.SortedMap;

/**
 * An ensemble: its substores and its growth, watched and steered over JMX under {@code
 * dev.ensemblekv:type=Ensemble,store=NAME}.
 *
 * <p>What is set holds as by {@link EnsembleControl}: limits are recorded, a rate is not.
 */
@Description("An ensemble: its substores, how they are split, and the limits that decide it.")
public interface EnsembleMXBean {

  /** A substore, in a table. */
  interface SubstoreFigures {
    /** Returns its state. */
    String getState();

    /** Returns the region it owns. */
    String getRegion();

    /** Returns the number of its root. */
    int getRoot();

    /** Returns how many keys it has at most. */
    long getKeysAtMost();

    /** Returns how many bytes it has at most. */
    long getBytesAtMost();

    /** Returns how many keys make it split. */
    long getKeysLimit();

    /** Returns how many bytes make it split. */
    long getBytesLimit();

    /** Returns how full it is at most, where 1 is a limit. */
    double getFill();

    /** Tells whether it still holds what it has handed over. */
    boolean isCleaning();

    /** Returns why it is not well, or cannot be split; empty if there is nothing to say. */
    String getProblem();
  }

  /** A directory with substores, in a table. */
  interface RootFigures {
    /** Returns where it is. */
    String getPath();

    /** Returns how many substores are in it. */
    int getSubstores();

    /** Returns how many live bytes they have at most. */
    long getLiveBytesAtMost();

    /** Returns how many bytes were free when they were last asked for; -1: never. */
    long getFreeBytes();
  }

  /** Returns the number of substores. */
  @Description("Substores that own keys.")
  int getSubstoreCount();

  /** Returns the substores. */
  @Description(
      "The substores by name: state, region, root, keys and bytes at most, their limits, and how"
          + " full they are, where 1 is the limit.")
  SortedMap<String, SubstoreFigures> getSubstores();

  /** Returns the roots. */
  @Description(
      "The directories that substores are in, by number: path, substores, live bytes, free bytes.")
  SortedMap<Integer, RootFigures> getRoots();

  /** Returns how full the fullest substore is. */
  @Description("How full the fullest substore is at most, where 1 is its limit.")
  double getGreatestFill();

  /** Returns how uneven the keys are. */
  @Description("Keys of the largest substore to the mean; 1 to 2 by nature.")
  double getKeysImbalance();

  /** Returns how uneven the bytes are. */
  @Description("Live bytes of the largest substore to the mean.")
  double getBytesImbalance();

  /** Returns what the growth is doing. */
  @Description(
      "What the growth is doing: IDLE, COUNTING, CREATING, COPYING, VERIFYING, CUTTING_OVER,"
          + " CLEANING or DISCARDING.")
  String getPhase();

  /** Tells whether the growth stands still. */
  @Description("Whether the growth was told to stand still.")
  boolean isPaused();

  /** Returns the substore at work. */
  @Description("Name of the substore at work; empty if there is none.")
  String getDonor();

  /** Returns the new substore. */
  @Description("Name of the substore that a split creates; empty if there is none.")
  String getTarget();

  /** Returns how far the work has come. */
  @Description("How far the work at hand has come, from 0 to 1.")
  double getProgress();

  /** Returns how long the work may still take. */
  @Description("Estimate of the time to the end of the work at hand, in milliseconds; -1: unknown.")
  long getRemainingMillis();

  /** Returns how many substores wait for their split. */
  @Description("Substores that wait for their turn to be split.")
  int getQueuedSplits();

  /** Returns how many splits were done. */
  @Description("Splits that came to their cutover since the store was opened.")
  long getSplits();

  /** Returns how many steps failed. */
  @Description("Steps of growth that failed since the store was opened.")
  long getFailures();

  /** Returns why the last failure was. */
  @Description("Why the last step failed, until one succeeds; empty if none did.")
  String getProblem();

  /** Returns how many writes were held up. */
  @Description("Writes that were held up for a split since the store was opened.")
  long getStalledWrites();

  /** Returns for how long writes were held up. */
  @Description("Time that writes were held up for a split, in milliseconds, all together.")
  long getStallMillis();

  /** Returns how fast splits move data. */
  @Description(
      "Bytes a second that splits move and compare at most; may be set, until the store is closed.")
  long getSplitRateBytesPerSecond();

  /** Sets how fast splits move data. */
  void setSplitRateBytesPerSecond(long bytesPerSecond);

  /** Returns how fast background work writes. */
  @Description(
      "Bytes a second that compactions of all substores together write at most; may be set, until"
          + " the store is closed.")
  long getBackgroundRateBytesPerSecond();

  /** Sets how fast background work writes. */
  void setBackgroundRateBytesPerSecond(long bytesPerSecond);

  /** Returns how many substores do background work at a time. */
  @Description(
      "Substores that compact or merge at a time at most; may be set, until the store is closed: 0"
          + " stands for as many as there are processors.")
  long getBackgroundTasksLimit();

  /** Sets how many substores do background work at a time. */
  void setBackgroundTasksLimit(long tasks);

  /** Returns how many substores do background work. */
  @Description("Substores that compact or merge at present.")
  int getBackgroundTasksRunning();

  /** Returns how many substores wait for background work. */
  @Description("Substores that wait for their turn to compact or merge.")
  int getBackgroundTasksWaiting();

  /** Returns how much memory there is for all substores. */
  @Description(
      "Bytes of memory of the buffers and caches of all substores together at most; may be set,"
          + " until the store is closed: 0 stands for a quarter of the heap.")
  long getMemoryLimitBytes();

  /** Sets how much memory there is for all substores. */
  void setMemoryLimitBytes(long bytes);

  /** Returns how much memory all substores have. */
  @Description("Bytes of memory of the buffers and caches of all substores together at present.")
  long getMemoryUsedBytes();

  /** Returns how many keys one substore carries. */
  @Description(
      "Live keys that one substore carries before it splits; 0: what its backend suggests. May be"
          + " set, and is recorded.")
  long getMaxKeys();

  /** Sets how many keys one substore carries. */
  void setMaxKeys(long keys);

  /** Returns how many bytes one substore carries. */
  @Description(
      "Live bytes that one substore carries before it splits; 0: what its backend suggests. May be"
          + " set, and is recorded.")
  long getMaxBytes();

  /** Sets how many bytes one substore carries. */
  void setMaxBytes(long bytes);

  /** Splits the fullest substore. */
  @Description("Splits the fullest substore, limits or not; returns at once.")
  void splitNow();

  /** Splits a substore. */
  @Description("Splits a substore, limits or not; returns at once.")
  void splitNow(
      @Description(name = "substore", value = "Name of the substore, such as 0007.")
          String substore);

  /** Lets the growth stand still. */
  @Description(
      "Lets the growth stand still where it is, from its next step on; a split whose target lacks"
          + " what was written meanwhile copies that first.")
  void pause();

  /** Lets the growth go on. */
  @Description("Lets the growth go on.")
  void resume();

  /** Gives up the split at work. */
  @Description(
      "Gives up the split at work, if it has not come to its cutover; returns whether there was"
          + " one.")
  boolean abort();
}
