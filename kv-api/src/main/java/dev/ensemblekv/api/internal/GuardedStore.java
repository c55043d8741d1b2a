// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvClosing;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.KvVisitor;
import dev.ensemblekv.api.ReadOnlyStoreException;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.api.internal.jmx.StoreObserver;
import dev.ensemblekv.spi.FilterKvStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The guard around every store that is handed to users: it keeps calls out of a closed store, and
 * the store open while calls are inside; it refuses what is not declared, checks arguments, and
 * names operation and store in errors.
 *
 * <p>An iteration holds up {@link #close()} only during its steps, not while its visitor runs.
 */
final class GuardedStore extends FilterKvStore {

  private final String name;
  private final boolean readOnly;
  private final boolean copyReads;
  private final StoreObserver observer;
  private final AutoCloseable afterClose;
  private final CallGate gate = new CallGate();
  private final ClosingActions atClosing = new ClosingActions();
  private final Set<GuardedCursor> cursors = ConcurrentHashMap.newKeySet();
  private final Set<KvTask> tasks = ConcurrentHashMap.newKeySet();

  /** How many callbacks of this store the thread is in. */
  private final ThreadLocal<int[]> callbackDepth = ThreadLocal.withInitial(() -> new int[1]);

  private volatile long leakedCursors;
  private volatile @Nullable KvStats lastStats;

  /** Whether {@link #close()} has done its work; guarded by this. */
  private boolean closed;

  /**
   * Creates the guard.
   *
   * @param observer is told of tasks and of failures
   * @param afterClose releases what the framework holds for the store
   */
  GuardedStore(
      KvStore inner,
      String name,
      boolean readOnly,
      boolean copyReads,
      StoreObserver observer,
      AutoCloseable afterClose) {
    super(inner);
    this.name = name;
    this.readOnly = readOnly;
    this.copyReads = copyReads;
    this.observer = observer;
    this.afterClose = afterClose;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    limits().checkKey(key);
    int ticket = gate.enter();
    try {
      return inner.get(key);
    } catch (KvException e) {
      throw located(e, "get");
    } finally {
      gate.leave(ticket);
    }
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    limits().checkKey(key);
    Objects.requireNonNull(reader, "reader");
    KvReader<R> called = copyReads ? value -> reader.read(copy(value)) : reader;
    int[] depth = callbackDepth.get();
    int ticket = gate.enter();
    depth[0]++;
    try {
      return inner.read(key, called);
    } catch (KvException e) {
      throw located(e, "read");
    } finally {
      depth[0]--;
      gate.leave(ticket);
    }
  }

  private static ByteBuffer copy(ByteBuffer value) {
    ByteBuffer copy = ByteBuffer.allocate(value.remaining());
    copy.put(value.duplicate()).flip();
    return copy.asReadOnlyBuffer();
  }

  @Override
  public boolean exists(byte[] key) {
    limits().checkKey(key);
    int ticket = gate.enter();
    try {
      return inner.exists(key);
    } catch (KvException e) {
      throw located(e, "exists");
    } finally {
      gate.leave(ticket);
    }
  }

  @Override
  public List<byte @Nullable []> getAll(List<byte[]> keys) {
    keys.forEach(limits()::checkKey);
    return required(call("getAll", () -> inner.getAll(keys)));
  }

  @Override
  public void put(byte[] key, byte[] value) {
    limits().checkKey(key);
    limits().checkValue(value);
    int ticket = enterForWriting("put");
    try {
      inner.put(key, value);
    } catch (KvException e) {
      throw located(e, "put");
    } finally {
      gate.leave(ticket);
    }
  }

  @Override
  public void delete(byte[] key) {
    limits().checkKey(key);
    int ticket = enterForWriting("delete");
    try {
      inner.delete(key);
    } catch (KvException e) {
      throw located(e, "delete");
    } finally {
      gate.leave(ticket);
    }
  }

  @Override
  public boolean compareAndSet(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
    requireFeature(KvFeature.COMPARE_AND_SET, "compareAndSet");
    limits().checkKey(key);
    if (replacement != null) {
      limits().checkValue(replacement);
    }
    int ticket = enterForWriting("compareAndSet");
    try {
      return inner.compareAndSet(key, expected, replacement);
    } catch (KvException e) {
      throw located(e, "compareAndSet");
    } finally {
      gate.leave(ticket);
    }
  }

  @Override
  public void write(KvBatch batch) {
    write(batch, Durability.DEFAULT);
  }

  @Override
  public void write(KvBatch batch, Durability durability) {
    if (Objects.requireNonNull(durability, "durability") == Durability.SYNC) {
      requireFeature(KvFeature.SYNC_WRITES, "write with Durability.SYNC");
    }
    limits().checkBatch(batch);
    int ticket = enterForWriting("write");
    try {
      inner.write(batch, durability);
    } catch (KvException e) {
      throw located(e, "write");
    } finally {
      gate.leave(ticket);
    }
  }

  @Override
  public long size() {
    return required(call("size", inner::size));
  }

  @Override
  public void forEach(KvVisitor visitor) {
    Objects.requireNonNull(visitor, "visitor");
    visitAll(iterate(), KeyRange.all(), visitor);
  }

  @Override
  public void forEach(byte[] prefix, KvVisitor visitor) {
    KeyRange range = KeyRange.prefix(prefix);
    Objects.requireNonNull(visitor, "visitor");
    if (features().contains(KvFeature.ORDERED)) {
      visitAll(scan(range), KeyRange.all(), visitor);
    } else {
      visitAll(iterate(), range, visitor);
    }
  }

  /** Visits those pairs of a cursor whose keys are in a range. */
  private void visitAll(KvCursor cursor, KeyRange range, KvVisitor visitor) {
    int[] depth = callbackDepth.get();
    try (cursor) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        if (!range.contains(key)) {
          continue;
        }
        byte[] value = cursor.value();
        depth[0]++;
        try {
          if (!visitor.visit(key, value)) {
            return;
          }
        } finally {
          depth[0]--;
        }
      }
    }
  }

  @Override
  public KvCursor iterate() {
    return open("iterate", inner::iterate);
  }

  @Override
  public KvCursor scan(KeyRange range) {
    Objects.requireNonNull(range, "range");
    requireFeature(KvFeature.ORDERED, "scan");
    return open("scan", () -> inner.scan(range));
  }

  private KvCursor open(String operation, Supplier<KvCursor> opening) {
    return required(
        call(
            operation,
            () -> {
              GuardedCursor cursor = new GuardedCursor(this, opening.get());
              cursors.add(cursor);
              return cursor;
            }));
  }

  @Override
  public void flush() {
    if (readOnly) {
      gate.leave(gate.enter());
    } else {
      call(
          "flush",
          () -> {
            inner.flush();
            return null;
          });
    }
  }

  @Override
  public KvTask verify() {
    return start("verify", inner::verify);
  }

  @Override
  public KvTask compact() {
    requireFeature(KvFeature.COMPACT, "compact");
    checkWritable("compact");
    return start("compact", inner::compact);
  }

  @Override
  public KvTask checkpoint(Path directory) {
    Objects.requireNonNull(directory, "directory");
    requireFeature(KvFeature.CHECKPOINT, "checkpoint");
    return start("checkpoint", () -> inner.checkpoint(directory));
  }

  private KvTask start(String operation, Supplier<KvTask> starting) {
    return required(
        call(
            operation,
            () -> {
              tasks.removeIf(task -> task.state() != KvTask.State.RUNNING);
              KvTask task = starting.get();
              tasks.add(task);
              observer.started(task);
              return task;
            }));
  }

  @Override
  public KvStats stats() {
    int ticket = gate.tryEnter();
    if (ticket < 0) {
      KvStats last = lastStats;
      return (last == null ? KvStats.builder("", name).build() : last)
          .toBuilder().state(KvState.CLOSED, null).build();
    }
    try {
      return withCursors(inner.stats());
    } finally {
      gate.leave(ticket);
    }
  }

  private KvStats withCursors(KvStats stats) {
    return stats.toBuilder()
        .metric(
            KvMetric.gauge(
                "openCursors",
                cursors.size(),
                KvMetric.Unit.COUNT,
                "Cursors and iterations that are open."))
        .metric(
            KvMetric.counter(
                "leakedCursors",
                leakedCursors,
                KvMetric.Unit.COUNT,
                "Cursors that were still open when the store was closed."))
        .build();
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    Objects.requireNonNull(type, "type");
    return required(
        call(
            "unwrap",
            () ->
                type == KvClosing.class ? Optional.of(type.cast(atClosing)) : inner.unwrap(type)));
  }

  @Override
  public void close() {
    if (callbackDepth.get()[0] > 0) {
      throw new IllegalStateException(
          "close() of store '"
              + name
              + "' was called by one of its own visitors or readers; close"
              + " it after they return");
    }
    synchronized (this) {
      if (!closed) {
        closed = true;
        shutDown();
      }
    }
  }

  private void shutDown() {
    List<Throwable> failures = new ArrayList<>();
    attempt(failures, () -> lastStats = withCursors(inner.stats()));
    gate.shut();
    gate.awaitEmpty();
    tasks.forEach(KvTask::cancel);
    tasks.forEach(KvTask::awaitEnd);
    leakedCursors = cursors.size();
    for (GuardedCursor cursor : List.copyOf(cursors)) {
      attempt(failures, cursor::closeByStore);
    }
    attempt(failures, () -> lastStats = withCursors(inner.stats()));
    attempt(failures, inner);
    attempt(failures, afterClose);
    atClosing.drain().forEach(action -> attempt(failures, action::run));
    rethrow(failures);
  }

  private static void attempt(List<Throwable> failures, AutoCloseable action) {
    try {
      action.close();
    } catch (Exception | Error e) {
      failures.add(e);
    }
  }

  private void rethrow(List<Throwable> failures) {
    if (failures.isEmpty()) {
      return;
    }
    Throwable first = failures.get(0);
    failures.subList(1, failures.size()).forEach(first::addSuppressed);
    if (first instanceof Error error) {
      throw error;
    }
    KvException failure =
        first instanceof KvException kv
            ? kv
            : new KvException("releasing the store failed: " + first.getMessage(), first);
    throw located(failure, "close");
  }

  /** Forgets a cursor that was closed. */
  void closed(GuardedCursor cursor) {
    cursors.remove(cursor);
  }

  /** Lets nothing pass while the store is being closed and after. */
  void checkOpen() {
    if (gate.isShut()) {
      throw new StoreClosedException();
    }
  }

  private <R> @Nullable R call(String operation, Supplier<@Nullable R> action) {
    int ticket = gate.enter();
    try {
      return action.get();
    } catch (KvException e) {
      throw located(e, operation);
    } finally {
      gate.leave(ticket);
    }
  }

  private int enterForWriting(String operation) {
    checkWritable(operation);
    return gate.enter();
  }

  private void checkWritable(String operation) {
    if (readOnly) {
      gate.leave(gate.enter());
      throw located(
          new ReadOnlyStoreException(
              "the store was opened with readOnly; open it without to change it", null, null),
          operation);
    }
  }

  private void requireFeature(KvFeature feature, String operation) {
    if (!features().contains(feature)) {
      throw feature.unsupported(operation);
    }
  }

  /** Names the operation and the store in a failure. */
  KvException located(KvException e, String operation) {
    e.locate(operation, name);
    observer.failed(e);
    return e;
  }

  private static <R> R required(@Nullable R result) {
    return Objects.requireNonNull(result, "the engine returned null");
  }
}
