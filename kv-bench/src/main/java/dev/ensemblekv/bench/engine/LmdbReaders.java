// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.lmdbjava.Env;
import org.lmdbjava.Txn;

/**
 * The read transactions of an LMDB environment, one to a thread, which are used again: renewed
 * before each read, so that it sees the latest write, and reset after it, so that pages become
 * free.
 */
final class LmdbReaders<T> implements AutoCloseable {
  private final Queue<Txn<T>> all = new ConcurrentLinkedQueue<>();
  private final ThreadLocal<Txn<T>> own;

  LmdbReaders(Env<T> env) {
    this.own =
        ThreadLocal.withInitial(
            () -> {
              Txn<T> txn = env.txnRead();
              txn.reset();
              all.add(txn);
              return txn;
            });
  }

  /** Returns the transaction of this thread, renewed; it is to be reset. */
  Txn<T> begin() {
    Txn<T> txn = own.get();
    txn.renew();
    return txn;
  }

  @Override
  public void close() {
    all.forEach(Txn::close);
  }
}
