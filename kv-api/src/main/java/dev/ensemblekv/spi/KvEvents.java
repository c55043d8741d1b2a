// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

/**
 * Where an engine tells what happens to it, from {@link KvOpenContext#events()}. Those who listen
 * hear of it later, on another thread: telling takes no time, throws nothing, and may be done under
 * any lock. Thread-safe.
 */
@FunctionalInterface
public interface KvEvents {
  /** Nobody listens. */
  KvEvents NONE = event -> {};

  /** Tells of an event; not for each operation, but for what happens now and then. */
  void emit(KvEvent event);
}
