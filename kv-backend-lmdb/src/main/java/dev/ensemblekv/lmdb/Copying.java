// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The copying of the data file while the store is written to, for a checkpoint.
 *
 * <p>The meta pages are read between two commits, and a reader is begun there too, which keeps
 * every page that they lead to from being written again until all are copied.
 */
final class Copying {
  private static final int BUFFER_BYTES = 1 << 20;

  private final KvOpenContext context;
  private final Readers readers;
  private final Consumer<Runnable> betweenCommits;

  /**
   * Prepares a copy.
   *
   * @param betweenCommits runs something while nobody writes
   */
  Copying(KvOpenContext context, Readers readers, Consumer<Runnable> betweenCommits) {
    this.context = context;
    this.readers = readers;
    this.betweenCommits = betweenCommits;
  }

  void run(Path target, KvTask.Progress progress) {
    Path source = context.directory().resolve(DataFile.NAME);
    try (DiskFile from = context.disk().openReadOnly(source);
        DiskFile to = context.disk().create(target.resolve(DataFile.NAME))) {
      Start start = new Start(source, from);
      try {
        betweenCommits.accept(start::take);
        copy(from, to, start.metas(), progress);
      } finally {
        start.release();
      }
      to.force();
    } catch (IOException e) {
      throw DiskFiles.failure("the data file cannot be copied", target, e);
    }
  }

  private static void copy(
      DiskFile from, DiskFile to, DataFile.Metas metas, KvTask.Progress progress)
      throws IOException {
    long end = Math.min(metas.usedBytes(), from.size()); // the last pages may be free and not there
    progress.total(end);
    byte[] head = metas.bytes();
    to.write(0, head, 0, head.length);
    progress.advance(head.length);
    byte[] buffer = new byte[BUFFER_BYTES];
    for (long position = head.length; position < end; ) {
      int count = from.read(position, buffer, 0, (int) Math.min(buffer.length, end - position));
      if (count == 0) {
        throw new IOException("the data file became shorter while it was copied");
      }
      to.write(position, buffer, 0, count);
      position += count;
      progress.advance(count);
    }
  }

  /** The moment that the copy shows: its meta pages, and the reader that keeps their pages. */
  private final class Start {
    private final Path source;
    private final DiskFile file;
    private DataFile.@Nullable Metas metas;
    private @Nullable Reader reader;

    Start(Path source, DiskFile file) {
      this.source = source;
      this.file = file;
    }

    void take() {
      release();
      reader = readers.begin();
      try {
        metas = DataFile.metas(file, source);
      } catch (IOException e) {
        throw DiskFiles.failure("the data file cannot be read", source, e);
      }
    }

    DataFile.Metas metas() {
      Reader begun = reader;
      DataFile.Metas read = metas;
      if (begun == null || read == null) {
        throw new IllegalStateException("the copy has not begun");
      }
      begun.hold();
      return read;
    }

    void release() {
      Reader begun = reader;
      reader = null;
      if (begun != null) {
        readers.end(begun);
      }
    }
  }
}
