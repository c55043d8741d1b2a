// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Txn;

/**
 * A reading transaction that is used again and again, by one thread after the other: idle, it holds
 * a place in LMDB's table of readers but no snapshot.
 */
final class Reader {
  private static final VarHandle TAKEN;

  static {
    try {
      TAKEN = MethodHandles.lookup().findVarHandle(Reader.class, "taken", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Slice keySlice = Slice.ofCapacity(LmdbBackend.LIMITS.maxKeyBytes());

  private volatile boolean taken;

  /** Who holds it while code of the user runs; {@code null} for reads that end by themselves. */
  private volatile @Nullable Thread holder;

  /** When it was taken, by {@link System#nanoTime()}, if there is a holder. */
  private volatile long since;

  /** What is to be closed with the store, if a scan holds it. */
  private volatile @Nullable Scan scan;

  /** Owned by who has taken it, or is alone. */
  private @Nullable Txn<Slice> txn;

  /** Takes it, if it is idle. */
  boolean tryTake() {
    return !taken && TAKEN.compareAndSet(this, false, true);
  }

  /** Tells whether it is in use. */
  boolean isTaken() {
    return taken;
  }

  /** Shows the store as it is now, to who has taken it. */
  void begin(Database database) {
    Txn<Slice> kept = txn;
    if (kept == null) {
      txn = database.beginRead();
      return;
    }
    try {
      kept.renew();
    } catch (RuntimeException e) {
      kept.reset(); // so that it can be renewed another time
      throw e;
    }
  }

  /** Gives up the snapshot, and then itself. */
  void end() {
    try {
      txn().reset();
    } finally {
      free();
    }
  }

  /** Lets others take it. */
  void free() {
    if (holder != null) { // most have none, and the write would cost more than the look
      holder = null;
      scan = null;
    }
    taken = false;
  }

  /** Says that the calling thread runs code of the user while it holds this. */
  void hold() {
    since = System.nanoTime();
    holder = Thread.currentThread();
  }

  /** Says that the calling thread is the one that uses it now. */
  void heldByThisThread() {
    Thread current = Thread.currentThread();
    if (holder != current) {
      holder = current;
    }
  }

  /** Says that a scan of the calling thread holds it. */
  void hold(Scan scan) {
    this.scan = scan;
    hold();
  }

  @Nullable Thread holder() {
    return holder;
  }

  @Nullable Scan scan() {
    return scan;
  }

  long since() {
    return since;
  }

  Txn<Slice> txn() {
    Txn<Slice> begun = txn;
    if (begun == null) {
      throw new IllegalStateException("the reader was not begun");
    }
    return begun;
  }

  /** Returns memory for keys. */
  Slice keySlice() {
    return keySlice;
  }

  /** Releases the transaction; called by who is alone, while the environment is open. */
  void discard() {
    Txn<Slice> kept = txn;
    txn = null;
    if (kept != null) {
      try {
        kept.renew(); // one that is reset is not freed by closing it
      } catch (RuntimeException e) {
        return; // the environment has failed; its own end frees the place in the table
      }
      kept.close();
    }
  }
}
