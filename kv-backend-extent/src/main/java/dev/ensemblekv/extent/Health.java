// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import java.nio.file.Path;

/** Whether a store has failed: then nothing of it is written any more. */
interface Health {
  /** Tells whether it has. */
  boolean hasFailed();

  /** Throws if it has. */
  void checkNotFailed();

  /** Makes the store fail, as nobody knows any more what is on disk; returns what to throw. */
  KvException failed(String what, Path path, Throwable cause);
}
