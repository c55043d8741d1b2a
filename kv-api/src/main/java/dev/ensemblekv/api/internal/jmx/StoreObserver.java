// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvTask;

/** Who is told what users see of a store. Thread-safe; neither throws nor waits. */
public interface StoreObserver {

  /** A task was started. */
  void started(KvTask task);

  /** An operation threw; may be told more than once of the same exception. */
  void failed(KvException failure);
}
