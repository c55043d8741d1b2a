// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

/**
 * What a store may take of the machine: memory, and background work. The substores of an ensemble
 * have one between them, however many they are; a store by itself has none to keep to but its own
 * options.
 *
 * <p>An engine takes part when it opens a store, as far as it has a use for it. Thread-safe.
 */
@FunctionalInterface
public interface KvBudget {
  /** The budget of a store that shares with no other: there is always enough. */
  KvBudget UNLIMITED = member -> UnlimitedShare.INSTANCE;

  /** Takes part in the budget, until the share is closed. */
  Share join(Member member);

  /** A store that takes part. It is called on any thread, and must neither wait nor throw. */
  interface Member {
    /** Returns how much memory its buffers take at present. */
    long memoryBytes();

    /** Has it give memory back soon, in the background: others need it, and it has the most. */
    void giveMemoryBack();

    /**
     * Tells whether memory is about to be given back, so that nobody asks for it: not if there was
     * none when it was asked for, or all of that is given.
     */
    boolean isGivingBack();

    /** Tells that {@link Share#tryBegin} will succeed, which it has not. */
    void mayBegin();
  }

  /** What one store has of it. */
  interface Share extends AutoCloseable {
    /**
     * Takes memory for as long as the store is open, for buffers whose size is set at its opening.
     *
     * @return so much of what is wanted as there is for one of many, never less than the least
     */
    long reserve(long wantedBytes, long leastBytes);

    /**
     * Looks at {@link Member#memoryBytes} if it has changed; if all together have too much, has
     * those with the most give some back. Costs next to nothing if it has not.
     */
    void memoryChanged();

    /**
     * Tells whether all together have so much more memory than they should that whoever writes is
     * to give some back before more is taken.
     */
    boolean isMemoryShort();

    /**
     * Begins a piece of long background work, such as a compaction, unless others have begun as
     * many as may run at a time; then {@link Member#mayBegin} is called later. One at a time.
     */
    boolean tryBegin();

    /** Ends a piece of long background work, or lets others have the turn that is not needed. */
    void end();

    /**
     * Counts bytes that background work has written.
     *
     * @return for how many nanoseconds to pause, so that all together keep to their rate
     */
    long written(long bytes);

    /** Gives everything back, also what was begun; nothing is called any more after that. */
    @Override
    void close();
  }
}
