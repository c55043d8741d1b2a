// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import java.nio.file.Path;

/** Takes the records of a {@link LogFile}, in their order. */
@FunctionalInterface
interface LogRecords {

  /**
   * Takes a record.
   *
   * @param bytes the whole record, the taker's own
   * @param path the file, for messages
   * @param offset where it begins in the file
   */
  void take(byte[] bytes, Path path, long offset);
}
