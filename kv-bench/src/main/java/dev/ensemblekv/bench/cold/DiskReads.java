// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The limit that a disk sets to any cold read: positioned reads of whole pages, at random, of the
 * files below a directory, which may be deleted or cut meanwhile. Safe for use by several threads.
 */
public final class DiskReads implements AutoCloseable {
  public static final int PAGE_BYTES = 4096;

  private final List<FileChannel> channels = new ArrayList<>();

  /** Of each file, how many pages it and those before it have. */
  private final List<Long> pagesUpTo = new ArrayList<>();

  private long pages;

  /** Opens all files of at least a page that are there. */
  public DiskReads(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files.add(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // deleted since the directory was read
            }
            throw e;
          }
        });
    for (Path file : files.stream().sorted().toList()) {
      open(file);
    }
  }

  private void open(Path file) throws IOException {
    try {
      long own = Files.size(file) / PAGE_BYTES;
      if (own > 0) {
        channels.add(FileChannel.open(file));
        pages += own;
        pagesUpTo.add(pages);
      }
    } catch (NoSuchFileException e) {
      // Whoever uses the files has deleted it.
    }
  }

  /** Tells whether there is no page to read. */
  public boolean isEmpty() {
    return pages == 0;
  }

  /** Reads a page; returns whether it was there: a file may have been cut. */
  public boolean read(SplittableRandom random, ByteBuffer buffer) throws IOException {
    long page = random.nextLong(pages);
    int file = 0;
    while (pagesUpTo.get(file) <= page) {
      file++;
    }
    long first = file == 0 ? 0 : pagesUpTo.get(file - 1);
    buffer.clear().limit(PAGE_BYTES);
    return channels.get(file).read(buffer, (page - first) * PAGE_BYTES) == PAGE_BYTES;
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels) {
      channel.close();
    }
  }
}
