// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done at opening with the journal that a crash left: of each entry the parts are written
 * that their substores lack, in the order of the entries. Then all substores are flushed, and the
 * files go.
 *
 * <p>What a substore has durably is a beginning of what was written to it. So if it lacks a part,
 * it lacks everything that was written to it later, and nothing newer is overwritten.
 */
final class JournalRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(JournalRecovery.class);
  private static final String ASIDE = ".damaged";

  private final KvOpenContext context;
  private final Disk disk;
  private final byte[] storeId;
  private final RoutingTable table;
  private final KeyHash hash;
  private final SortedMap<Long, Path> files = new TreeMap<>();
  private final KvTask.@Nullable Progress repair;
  private boolean isDamaged;
  private long written;

  /**
   * Prepares the recovery.
   *
   * @param repair is told of damage, of which as much is saved as is before it; {@code null}: it is
   *     an error
   */
  JournalRecovery(
      KvOpenContext context, RoutingTable table, KeyHash hash, KvTask.@Nullable Progress repair) {
    this.repair = repair;
    this.context = context;
    this.disk = context.disk();
    this.storeId = JournalFile.storeId(context.storeId());
    this.table = table;
    this.hash = hash;
  }

  /** Recovers; returns the number of the next entry. */
  long run() {
    try {
      find();
      long known = greatestKnown();
      if (!files.isEmpty() && !context.isReadOnly()) {
        makeDurable();
      }
      long next = Math.max(read(known), known + 1);
      if (!files.isEmpty() && !context.isReadOnly()) {
        flush();
        delete();
        LOG.info(
            "store '{}' was not closed: {} parts of batches were written from its journal",
            context.storeName(),
            written);
      }
      return next;
    } catch (IOException e) {
      throw DiskFiles.failure("the journal cannot be read", context.directory(), e);
    }
  }

  /** The newest goes last: without it the others would seem to lack their end. */
  private void delete() throws IOException {
    for (Path path : files.values()) {
      if (isDamaged) {
        disk.rename(path, path.resolveSibling(path.getFileName() + ASIDE));
        disk.syncDirectory(context.directory());
        continue;
      }
      if (path.equals(files.get(files.lastKey()))) {
        disk.syncDirectory(context.directory());
      }
      disk.delete(path);
    }
  }

  private void find() throws IOException {
    for (String name : disk.list(context.directory())) {
      JournalFile.first(name)
          .ifPresent(first -> files.put(first, context.directory().resolve(name)));
    }
  }

  private long greatestKnown() {
    return table.slots().stream()
        .mapToLong(slot -> slot.substore().journalNumber())
        .max()
        .orElse(0);
  }

  /** What a killed process left may be in memory only, and must not be lost when a part is not. */
  private void makeDurable() throws IOException {
    for (Path path : files.values()) {
      try (DiskFile file = disk.open(path)) {
        file.force();
      }
    }
    disk.syncDirectory(context.directory());
  }

  private long read(long known) throws IOException {
    try {
      return readFiles(known);
    } catch (CorruptionException e) {
      if (repair == null) {
        throw e;
      }
      isDamaged = true;
      repair.problem(
          "batches from here on may be there in part, and the journal is kept as *"
              + ASIDE
              + ": "
              + e.getMessage(),
          e.path().orElse(null));
      return 0;
    }
  }

  private long readFiles(long known) throws IOException {
    long next = 0;
    for (Iterator<Map.Entry<Long, Path>> i = files.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Long, Path> entry = i.next();
      long first = entry.getKey();
      Path path = entry.getValue();
      if (next != 0 && first != next) {
        throw new CorruptionException(
            "the journal is damaged: before entry "
                + first
                + " must come entry "
                + next
                + "; restore the store from a copy, or save what is left by 'kv repair'",
            path,
            null);
      }
      try (DiskFile file = disk.openReadOnly(path)) {
        JournalReader reader = new JournalReader(file, path, storeId, first);
        next = reader.read(!i.hasNext(), i.hasNext() ? 0 : known, this::write);
        if (reader.tornBytes() > 0) {
          LOG.warn(
              "{} bytes at the end of {} were never durable and are left out",
              reader.tornBytes(),
              path);
        }
      }
    }
    return next;
  }

  private void write(long number, KvBatch batch) {
    BatchParts parts = BatchParts.of(batch, table, hash);
    if (!context.isReadOnly()) {
      written += parts.writeMissing(number);
    } else if (parts.isMissing(number)) {
      throw new KvException(
          "a batch is in the journal that a crash kept from being written to all its substores, and"
              + " reading changes nothing; open the store once for writing",
          files.get(files.lastKey()),
          null);
    }
  }

  private void flush() {
    List<Substore> substores = table.slots().stream().map(RoutingTable.Slot::substore).toList();
    Parallel.throwFirst(
        Parallel.forEach(
            context.executor(), substores, substore -> flush(substore.store(), substore)));
  }

  private void flush(KvStore store, Substore substore) {
    try {
      store.flush();
    } catch (KvException e) {
      e.locate("open", context.storeName() + "/" + substore.name());
      throw e;
    }
  }
}
