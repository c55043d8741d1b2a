// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.reference;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.tck.reference.ReferenceBackend.Flaw;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map behind a log, under one lock.
 *
 * <pre>{@code
 * log       = *record
 * record    = crc length body      ; crc: CRC32C of length and body; both 4 bytes, big endian
 * body      = *operation           ; all of one write
 * operation = keyLength key valueLength [value]   ; valueLength -1: a delete
 * }</pre>
 *
 * <p>The first record that is not whole ends the log: it is cut there.
 */
final class ReferenceStore extends AbstractKvStore {
  private static final String LOG_NAME = "data.log";
  private static final int HEADER_BYTES = 8;
  private static final int DELETED = -1;

  /** So many records that some of them are of writes that were completed, and show. */
  private static final int MOST_HELD = 30;

  private final Path path;
  private final Set<Flaw> flaws;
  private final DiskFile log;

  // All guarded by this. Arrays in the map are never changed and never handed out.
  private final NavigableMap<byte[], byte[]> pairs = new TreeMap<>(Arrays::compareUnsigned);
  private final List<byte[]> held = new ArrayList<>();
  private long end;

  private volatile @Nullable String failure;

  ReferenceStore(KvOpenContext context, Set<Flaw> flaws) {
    super(context, ReferenceBackend.LIMITS, ReferenceBackend.FEATURES);
    this.flaws = flaws;
    this.path = context.directory().resolve(LOG_NAME);
    try {
      this.log = open(context);
    } catch (IOException e) {
      throw DiskFiles.failure("the log cannot be opened", path, e);
    }
    try {
      recover(context);
    } catch (IOException e) {
      closeQuietly();
      throw DiskFiles.failure("the log cannot be read", path, e);
    }
  }

  private DiskFile open(KvOpenContext context) throws IOException {
    if (context.isNew()) {
      context.disk().delete(path);
      DiskFile created = context.disk().create(path);
      context.disk().syncDirectory(context.directory());
      return created;
    }
    if (!context.disk().exists(path)) {
      throw new CorruptionException("the log is missing; restore it", path, null);
    }
    return context.isReadOnly() ? context.disk().openReadOnly(path) : context.disk().open(path);
  }

  private void recover(KvOpenContext context) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(log.size())];
    log.read(0, bytes, 0, bytes.length);
    List<ByteBuffer> bodies = new ArrayList<>();
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.remaining() >= HEADER_BYTES) {
      rest.mark();
      int crc = rest.getInt();
      int length = rest.getInt();
      boolean whole = length >= 0 && length <= rest.remaining();
      if (!whole || (crc != crc(rest.array(), rest.position(), length) && isChecked())) {
        rest.reset();
        break;
      }
      bodies.add(rest.slice(rest.position(), length));
      rest.position(rest.position() + length);
    }
    end = flaws.contains(Flaw.TORN_TAIL_KEPT) ? bytes.length : rest.position();
    if (end < bytes.length && !context.isReadOnly()) {
      log.truncate(end);
      log.force();
    }
    if (flaws.contains(Flaw.FIRST_RECORD_SKIPPED_AT_OPEN) && !bodies.isEmpty()) {
      bodies.remove(0);
    }
    if (flaws.contains(Flaw.REPLAYED_BACKWARDS)) {
      Collections.reverse(bodies);
    }
    bodies.forEach(this::replay);
  }

  private boolean isChecked() {
    return !flaws.contains(Flaw.NO_CHECKSUM);
  }

  private static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(4).putInt(length).array());
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  private void replay(ByteBuffer body) {
    while (body.hasRemaining()) {
      byte[] key = new byte[body.getInt()];
      body.get(key);
      int valueLength = body.getInt();
      if (valueLength == DELETED) {
        pairs.remove(key);
      } else {
        byte[] value = new byte[valueLength];
        body.get(value);
        pairs.put(key, value);
      }
    }
  }

  @Override
  public synchronized byte @Nullable [] get(byte[] key) {
    byte[] value = pairs.get(key);
    return value == null ? null : value.clone();
  }

  @Override
  protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
    KvBatch batch = new KvBatch();
    applyAll(value == null ? batch.delete(key) : batch.put(key, value), sync);
  }

  @Override
  protected synchronized void applyAll(KvBatch batch, boolean sync) {
    String failed = failure;
    if (failed != null) {
      throw new StoreFailedException("an earlier write failed: " + failed, path, null);
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            field(key);
            field(value);
            endOfOperation();
          }

          @Override
          public void delete(byte[] key) {
            if (!flaws.contains(Flaw.DELETES_NOT_LOGGED)) {
              field(key);
              body.writeBytes(ByteBuffer.allocate(4).putInt(DELETED).array());
              endOfOperation();
            } else {
              pairs.remove(key);
            }
          }

          private void field(byte[] bytes) {
            body.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
            body.writeBytes(bytes);
          }

          private void endOfOperation() {
            if (flaws.contains(Flaw.BATCH_IN_PIECES)) {
              append(body.toByteArray(), false);
              body.reset();
            }
          }
        });
    append(body.toByteArray(), sync);
  }

  private void append(byte[] body, boolean sync) {
    ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + body.length);
    record.putInt(crc(body, 0, body.length)).putInt(body.length).put(body);
    try {
      if (flaws.contains(Flaw.RECORDS_IN_MEMORY)) {
        held.add(record.array());
      } else if (flaws.contains(Flaw.LAST_RECORDS_LOST_AT_CLOSE)) {
        held.add(record.array());
        if (held.size() > MOST_HELD) {
          write(held.remove(0));
        }
      } else {
        write(record.array());
      }
      if (sync && !flaws.contains(Flaw.SYNC_WITHOUT_FORCE)) {
        log.force();
      }
    } catch (IOException e) {
      throw failed("the log cannot be written", e);
    }
    replay(ByteBuffer.wrap(body));
  }

  private void write(byte[] record) throws IOException {
    try {
      log.write(end, record, 0, record.length);
      end += record.length;
    } catch (IOException e) {
      if (DiskFiles.isDiskFull(e)) {
        log.truncate(end); // if this fails too, the write failed midway
        throw new FullException(e);
      }
      throw e;
    }
  }

  /** Refused, with nothing left behind. */
  private static final class FullException extends IOException {
    private static final long serialVersionUID = 1;

    FullException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private KvException failed(String what, IOException cause) {
    if (cause instanceof FullException) {
      return new StoreFullException(what + ": " + cause.getMessage(), path, cause);
    }
    if (!flaws.contains(Flaw.GOES_ON_AFTER_FAILURE)) {
      failure = what + ": " + cause.getMessage();
    }
    return new StoreFailedException(
        what + ": " + cause.getMessage() + "; open the store again", path, cause);
  }

  private void writeHeld() throws IOException {
    for (byte[] record : held) {
      write(record);
    }
    held.clear();
  }

  @Override
  public synchronized long size() {
    return pairs.size();
  }

  @Override
  public KvCursor iterate() {
    return new Cursor();
  }

  @Override
  public synchronized KvCursor scan(KeyRange range) {
    NavigableMap<byte[], byte[]> copy = new TreeMap<>(Arrays::compareUnsigned);
    pairs.forEach(
        (key, value) -> {
          if (range.contains(key)) {
            copy.put(key, value);
          }
        });
    return new SnapshotCursor(range.isReverse() ? copy.descendingMap() : copy);
  }

  @Override
  public void flush() {
    String failed = failure;
    if (failed != null) {
      throw new StoreFailedException("an earlier write failed: " + failed, path, null);
    }
    try {
      if (flaws.contains(Flaw.RECORDS_IN_MEMORY)) {
        synchronized (this) {
          writeHeld();
        }
      }
      if (!flaws.contains(Flaw.FLUSH_WITHOUT_FORCE)) {
        force();
      }
    } catch (IOException e) {
      throw failed("the log cannot be made durable", e);
    }
  }

  private void force() throws IOException {
    try {
      log.force();
    } catch (IOException e) {
      if (!flaws.contains(Flaw.FORCE_RETRIED)) {
        throw e;
      }
      log.force();
    }
  }

  @Override
  public KvStats stats() {
    String failed = failure;
    return statsBuilder().state(failed == null ? KvState.OPEN : KvState.FAILED, failed).build();
  }

  @Override
  public void close() {
    String failed = failure;
    if (failed != null) {
      closeQuietly();
      throw new StoreFailedException("an earlier write failed: " + failed, path, null);
    }
    try (log) {
      if (!context().isReadOnly()) {
        flush();
      }
    } catch (IOException e) {
      throw failed("the log cannot be closed", e);
    }
  }

  private void closeQuietly() {
    try {
      log.close();
    } catch (IOException e) {
      // Nothing was to be kept.
    }
  }

  /** Goes from entry to entry. */
  private abstract static class EntryCursor implements KvCursor {
    private Map.@Nullable Entry<byte[], byte[]> current;
    private boolean closed;

    abstract Map.@Nullable Entry<byte[], byte[]> step();

    @Override
    public boolean next() {
      current = closed ? null : step();
      return current != null;
    }

    @Override
    public byte[] key() {
      return entry().getKey().clone();
    }

    @Override
    public byte[] value() {
      return entry().getValue().clone();
    }

    private Map.Entry<byte[], byte[]> entry() {
      if (current == null) {
        throw new NoSuchElementException("call next() first");
      }
      return current;
    }

    @Override
    public void close() {
      closed = true;
      current = null;
    }
  }

  /** Looks for the next greater key at each step. */
  private final class Cursor extends EntryCursor {
    private byte[] last = {};

    @Override
    Map.@Nullable Entry<byte[], byte[]> step() {
      synchronized (ReferenceStore.this) {
        Map.Entry<byte[], byte[]> entry = pairs.higherEntry(last);
        last = entry == null ? last : entry.getKey();
        return entry;
      }
    }
  }

  /** Goes through a copy. */
  private static final class SnapshotCursor extends EntryCursor {
    private final NavigableMap<byte[], byte[]> rest;

    SnapshotCursor(NavigableMap<byte[], byte[]> rest) {
      this.rest = rest;
    }

    @Override
    Map.@Nullable Entry<byte[], byte[]> step() {
      return rest.pollFirstEntry();
    }
  }
}
