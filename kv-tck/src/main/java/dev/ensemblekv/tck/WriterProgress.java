// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * How far a writing process came: numbers in a mapped file, which the operating system keeps for
 * the parent when the process is killed.
 *
 * <pre>{@code
 * file    = stage openingNanos began completed flushed   ; all of 8 bytes
 * began, completed = a number of steps for each thread
 * flushed = for each thread that flushes, a number of steps for each thread
 * }</pre>
 *
 * <p>Thread-safe; each number is written by one thread.
 */
final class WriterProgress {
  /** Where a life of the process is. */
  enum Stage {
    STARTING,
    OPENING,
    WRITING,
    CLOSING,
    CLOSED
  }

  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int STAGE = 0;
  private static final int OPENING_NANOS = 1;
  private static final int BEGAN = 2;
  private static final int COMPLETED = BEGAN + WriterScript.THREADS;
  private static final int FLUSHED = COMPLETED + WriterScript.THREADS;
  private static final int NUMBERS = FLUSHED + WriterScript.THREADS * WriterScript.THREADS;

  private final ByteBuffer file;

  private WriterProgress(ByteBuffer file) {
    this.file = file;
  }

  /** Opens the file, or creates it with a process that has not started yet. */
  static WriterProgress in(Path path) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new WriterProgress(
          channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) NUMBERS * Long.BYTES));
    }
  }

  private long get(int number) {
    return (long) LONGS.getVolatile(file, number * Long.BYTES);
  }

  private void set(int number, long value) {
    LONGS.setVolatile(file, number * Long.BYTES, value);
  }

  @SuppressWarnings("EnumOrdinal") // both processes have the same classes
  Stage stage() {
    return Stage.values()[(int) get(STAGE)];
  }

  @SuppressWarnings("EnumOrdinal") // both processes have the same classes
  void reached(Stage stage) {
    set(STAGE, stage.ordinal());
  }

  /** Returns how long opening took; 0: it was not over. */
  long openingNanos() {
    return get(OPENING_NANOS);
  }

  void openedIn(long nanos) {
    set(OPENING_NANOS, nanos);
  }

  /** Notes that a thread begins its next step. */
  void begin(int thread) {
    set(BEGAN + thread, get(BEGAN + thread) + 1);
  }

  /** Notes that the step of a thread returned. */
  void complete(int thread) {
    set(COMPLETED + thread, get(COMPLETED + thread) + 1);
  }

  /** Returns how many steps a thread has begun. */
  long began(int thread) {
    return get(BEGAN + thread);
  }

  /** Returns how many steps of a thread have returned. */
  long completed(int thread) {
    return get(COMPLETED + thread);
  }

  /** Returns how many steps have returned, for each thread. */
  long[] completed() {
    long[] steps = new long[WriterScript.THREADS];
    for (int thread = 0; thread < steps.length; thread++) {
      steps[thread] = completed(thread);
    }
    return steps;
  }

  /** Notes that a flush returned, by a thread, before which these steps had. */
  void flushed(int by, long[] completedBefore) {
    for (int thread = 0; thread < completedBefore.length; thread++) {
      set(FLUSHED + by * WriterScript.THREADS + thread, completedBefore[thread]);
    }
  }

  /** Returns how many steps of a thread had returned before a flush that returned. */
  long flushed(int thread) {
    long steps = 0;
    for (int by = 0; by < WriterScript.THREADS; by++) {
      steps = Math.max(steps, get(FLUSHED + by * WriterScript.THREADS + thread));
    }
    return steps;
  }
}
