// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The limit that a disk sets to any cold read: positioned reads of whole pages, at random, of the
 * files below a directory. Safe for use by several threads.
 */
final class DiskReads implements AutoCloseable {
  static final int PAGE_BYTES = 4096;

  private final List<FileChannel> channels = new ArrayList<>();

  /** Of each file, how many pages it and those before it have. */
  private final List<Long> pagesUpTo = new ArrayList<>();

  private long pages;

  /** Opens all files of at least a page. */
  DiskReads(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        long own = Files.size(file) / PAGE_BYTES;
        if (own > 0) {
          channels.add(FileChannel.open(file));
          pages += own;
          pagesUpTo.add(pages);
        }
      }
    }
    if (pages == 0) {
      throw new IllegalArgumentException("no file in " + directory + " has a page");
    }
  }

  /** Reads a page. */
  void read(SplittableRandom random, ByteBuffer buffer) throws IOException {
    long page = random.nextLong(pages);
    int file = 0;
    while (pagesUpTo.get(file) <= page) {
      file++;
    }
    long first = file == 0 ? 0 : pagesUpTo.get(file - 1);
    buffer.clear().limit(PAGE_BYTES);
    int read = channels.get(file).read(buffer, (page - first) * PAGE_BYTES);
    if (read != PAGE_BYTES) {
      throw new IOException("read " + read + " bytes of a page");
    }
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels) {
      channel.close();
    }
  }
}
