// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/**
 * What is done when a store is closed, for those who hold something for as long as it is open, such
 * as metrics in a registry. From {@code store.unwrap(KvClosing.class)}. Thread-safe.
 */
@FunctionalInterface
public interface KvClosing {

  /**
   * Has an action run, once, before {@link KvStore#close()} returns, when the store has released
   * everything; at once if that is past. What it throws is thrown by {@code close()} as well.
   */
  void onClose(Runnable action);
}
