// SPDX-License-Identifier: Apache-2.0
package com.example.mvstore;

import java.util.concurrent.atomic.AtomicInteger;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.RootReference;

/**
 * What a commit left: the root of the tree, and a claim on all pages below it, which lasts until
 * nobody uses it any more.
 */
final class Snapshot {
  final RootReference<byte[], byte[]> root;
  private final MVStore store;
  private final MVStore.TxCounter claim;
  private final AtomicInteger users = new AtomicInteger(1);

  /** Takes the present root; nobody may change the tree meanwhile. */
  Snapshot(MVStore store, RootReference<byte[], byte[]> root) {
    this.store = store;
    this.claim = store.registerVersionUsage();
    this.root = root;
  }

  /** Adds a user; {@code false} if the last one has gone. */
  boolean acquire() {
    return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      store.deregisterVersionUsage(claim);
    }
  }
}
