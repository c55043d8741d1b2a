// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import java.time.Duration;
import java.util.Optional;

/**
 * How the growth of an open ensemble is watched and steered; from {@code
 * store.unwrap(EnsembleControl.class)}. Thread-safe.
 */
public interface EnsembleControl {

  /** What the growth is doing. */
  enum Phase {
    /** Nothing: no substore has reached its limit. */
    IDLE,
    /** Counting the live keys of a substore whose bound has reached its limit. */
    COUNTING,
    /** Creating the target and directing writes to it as well. */
    CREATING,
    /** Copying the moving half to the target. */
    COPYING,
    /** Comparing donor and target, key by key, both ways. */
    VERIFYING,
    /** Handing the moving half over to the target. */
    CUTTING_OVER,
    /** Removing the moved half from the donor. */
    CLEANING,
    /** Removing what a split that did not come to its end has left. */
    DISCARDING
  }

  /**
   * What the growth is doing, and has done since the ensemble was opened.
   *
   * @param phase what it is doing
   * @param paused whether it was told to stand still
   * @param donor the substore at work
   * @param target the new substore, while there is one
   * @param progress of the work on the donor, from 0 to 1
   * @param remaining estimate of the time to its end, once there is something to estimate from
   * @param queued how many substores wait for their turn
   * @param splits how many splits came to their cutover
   * @param failures how many attempts failed
   * @param problem why the last attempt failed, until one succeeds
   */
  record Status(
      Phase phase,
      boolean paused,
      Optional<String> donor,
      Optional<String> target,
      double progress,
      Optional<Duration> remaining,
      int queued,
      long splits,
      long failures,
      Optional<String> problem) {}

  /** Returns what the growth is doing. */
  Status status();

  /** Splits the fullest substore, limits or not; returns at once. */
  void splitNow();

  /**
   * Splits a substore, limits or not; returns at once.
   *
   * @param substore its name, such as {@code 0007}
   * @throws IllegalArgumentException if there is none of that name
   */
  void splitNow(String substore);

  /**
   * Lets the growth stand still where it is, from its next step on. A split whose target lacks what
   * was written meanwhile copies that first, as what it lacks is noted in memory.
   */
  void pause();

  /** Lets the growth go on. */
  void resume();

  /**
   * Sets how many bytes a second are moved and compared at most, from now on until the ensemble is
   * closed, as {@link EnsembleOptions#SPLIT_RATE} does at its opening.
   *
   * @throws IllegalArgumentException if that is out of the range of the option
   */
  void splitRate(long bytesPerSecond);

  /** Returns how many bytes a second are moved and compared at most. */
  long splitRate();

  /**
   * Sets how many bytes a second the background work of all substores together writes at most, from
   * now on until the ensemble is closed, as {@link EnsembleOptions#BACKGROUND_RATE} does at its
   * opening.
   *
   * @throws IllegalArgumentException if that is out of the range of the option
   */
  void backgroundRate(long bytesPerSecond);

  /** Returns how many bytes a second the background work of all substores writes at most. */
  long backgroundRate();

  /**
   * Sets how many substores do long background work at a time, from now on until the ensemble is
   * closed, as {@link EnsembleOptions#BACKGROUND_TASKS} does at its opening. Those at work come to
   * their end.
   *
   * @param tasks 0: as there are processors
   * @throws IllegalArgumentException if that is out of the range of the option
   */
  void backgroundTasks(long tasks);

  /** Returns how many substores do long background work at a time at most. */
  long backgroundTasks();

  /**
   * Sets how much memory the buffers and caches of all substores take together, from now on until
   * the ensemble is closed, as {@link EnsembleOptions#MEMORY} does at its opening. Caches that were
   * opened with a fixed size keep it.
   *
   * @param bytes 0: a quarter of the heap
   * @throws IllegalArgumentException if that is out of the range of the option
   */
  void memory(long bytes);

  /** Returns how much memory the buffers and caches of all substores take together at most. */
  long memory();

  /**
   * Sets how many live keys one substore carries before it splits, from now on; recorded, as {@link
   * EnsembleOptions#MAX_KEYS} is.
   *
   * @param keys 0: what the backend suggests
   * @throws IllegalArgumentException if that is out of the range of the option
   * @throws dev.ensemblekv.api.ReadOnlyStoreException if the store is open for reading only
   */
  void maxKeys(long keys);

  /** Returns how many live keys one substore carries; 0: what the backend suggests. */
  long maxKeys();

  /**
   * Sets how many live bytes one substore carries before it splits, from now on; recorded, as
   * {@link EnsembleOptions#MAX_BYTES} is.
   *
   * @param bytes 0: what the backend suggests
   * @throws IllegalArgumentException if that is out of the range of the option
   * @throws dev.ensemblekv.api.ReadOnlyStoreException if the store is open for reading only
   */
  void maxBytes(long bytes);

  /** Returns how many live bytes one substore carries; 0: what the backend suggests. */
  long maxBytes();

  /**
   * Gives up the split at work, if it has not come to its cutover: its target is deleted. The
   * substore splits again when its next exact count says so.
   *
   * @return whether there was one to give up
   */
  boolean abort();
}
