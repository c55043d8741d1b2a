// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How many files of this process may be open for reading at a time: when there are more, those that
 * were not read lately are closed, to be opened anew when they are. So the number of files that
 * stores have is not bounded by that of the handles.
 *
 * <p>By the clock algorithm: a file that was read since the hand last came by is passed over once.
 * Thread-safe; its lock is taken under no other and held over no call of the disk.
 */
final class HandleBudget {
  private static final long LEAST = 64;

  /** All other handles of a process have as many as these files. */
  private static final int SHARE = 2;

  /** Here, as it must be known before handles are exhausted. */
  private final RealDiskErrors errors = RealDiskErrors.ofSystem();

  private final long most;
  private final Set<Holder> holders = new LinkedHashSet<>(); // guarded by this

  /** A file that has a handle which it can do without. */
  interface Holder {
    /** Tells whether it was used since it was last asked. */
    boolean takeUsed();

    /** Tells whether it is to have no handle any more. */
    boolean isClosed();

    /** Closes the handle. */
    void release() throws IOException;
  }

  /** What takes a handle. */
  @FunctionalInterface
  interface Opening<T> {
    T open() throws IOException;
  }

  HandleBudget(long most) {
    this.most = most;
  }

  /**
   * Returns the budget of a process.
   *
   * @param limit how many files the process may have open at all
   */
  static HandleBudget ofProcess(long limit) {
    return new HandleBudget(Math.max(LEAST, limit / SHARE));
  }

  /** Notes that a file has a handle; closes those of others that are too many. */
  void opened(Holder holder) throws IOException {
    List<Holder> surplus;
    synchronized (this) {
      holders.add(holder);
      surplus = take(holders.size() - most);
    }
    try {
      releaseAll(surplus);
    } finally {
      if (holder.isClosed()) {
        closed(holder); // perhaps it was before it was added
      }
    }
  }

  /** Notes that a file has no handle any more. */
  synchronized void closed(Holder holder) {
    holders.remove(holder);
  }

  /** Returns how many files have a handle, about. */
  synchronized int count() {
    return holders.size();
  }

  /** Takes some of those that were not used lately. */
  private List<Holder> take(long count) {
    List<Holder> taken = new ArrayList<>();
    for (long passes = 2L * holders.size(); taken.size() < count && passes > 0; passes--) {
      Iterator<Holder> hand = holders.iterator();
      Holder next = hand.next();
      hand.remove();
      if (next.takeUsed()) {
        holders.add(next);
      } else {
        taken.add(next);
      }
    }
    return taken;
  }

  /** Releases all, as none of them counts any more; then throws what failed. */
  private static void releaseAll(List<Holder> released) throws IOException {
    IOException failure = null;
    for (Holder holder : released) {
      try {
        holder.release();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Opens something; where the process has no handle left, once more after half of these files have
   * given theirs back.
   *
   * @throws FileSystemException if that does not help, which says what does
   */
  <T> T open(Path path, Opening<T> opening) throws IOException {
    try {
      return opening.open();
    } catch (IOException e) {
      if (!errors.isOutOfHandles(e)) {
        throw e;
      }
      releaseAll(takeHalf());
    }
    try {
      return opening.open();
    } catch (IOException e) {
      if (!errors.isOutOfHandles(e)) {
        throw e;
      }
      FileSystemException told =
          new FileSystemException(
              path.toString(),
              null,
              "this process has as many files open as it may; raise the limit (ulimit -n)");
      told.initCause(e);
      throw told;
    }
  }

  private synchronized List<Holder> takeHalf() {
    return take((holders.size() + 1) / 2);
  }
}
