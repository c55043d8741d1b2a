// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.nio.ByteBuffer;

/** A part of a file in memory; see {@link DiskFile#map}. */
public interface DiskMapping extends AutoCloseable {

  /** Returns the bytes. Must not be used after {@link #close()}, which may crash the JVM. */
  ByteBuffer buffer();

  /** Takes the part out of memory, at once. Closing again does nothing. */
  @Override
  void close();
}
