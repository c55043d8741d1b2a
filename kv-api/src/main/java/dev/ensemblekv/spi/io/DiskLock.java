// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.IOException;

/** An exclusive lock that is held until it is closed, or the process ends. */
public interface DiskLock extends AutoCloseable {

  /** Releases the lock. Closing again does nothing. */
  @Override
  void close() throws IOException;
}
