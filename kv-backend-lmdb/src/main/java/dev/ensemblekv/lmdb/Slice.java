// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import com.kenai.jffi.MemoryIO;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;

/**
 * A piece of native memory, by address and length: what LMDB is given as a key, and what it shows
 * of its map. One that it shows is readable as long as the transaction it was read by.
 */
final class Slice {
  private static final MemoryIO IO = MemoryIO.getInstance();
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int WINDOW_BYTES = Integer.MAX_VALUE;

  /** Pieces up to this, as most keys are, are copied by words: a native call would cost more. */
  private static final int SHORT_BYTES = 64;

  /** The memory of its own that a slice with a capacity has; held so that it is not freed. */
  private final @Nullable Pointer memory;

  private long address;
  private int length;

  /** The address space around what was viewed last, of which most of it is not to be touched. */
  private @Nullable ByteBuffer window;

  private long windowAddress;

  /** Creates a slice that points nowhere yet. */
  Slice() {
    memory = null;
  }

  private Slice(Pointer memory) {
    this.memory = memory;
    this.address = memory.address();
  }

  /** Creates a slice with memory of its own. */
  static Slice ofCapacity(int bytes) {
    return new Slice(Memory.allocateDirect(Runtime.getSystemRuntime(), bytes));
  }

  /** Fills the memory of its own. */
  Slice set(byte[] bytes) {
    if (memory == null || bytes.length > memory.size()) {
      throw new IllegalArgumentException(bytes.length + " bytes do not fit");
    }
    write(0, bytes);
    length = bytes.length;
    return this;
  }

  /** Makes it point to other memory. */
  Slice pointTo(long address, long length) {
    if (length < 0 || length > Integer.MAX_VALUE) {
      throw new IllegalStateException("LMDB shows a piece of " + length + " bytes");
    }
    this.address = address;
    this.length = (int) length;
    return this;
  }

  long address() {
    return address;
  }

  int length() {
    return length;
  }

  /** Writes bytes from an offset on. */
  void write(int offset, byte[] bytes) {
    long target = address + offset;
    if (bytes.length > SHORT_BYTES) {
      IO.putByteArray(target, bytes, 0, bytes.length);
      return;
    }
    int done = 0;
    for (; done <= bytes.length - Long.BYTES; done += Long.BYTES) {
      IO.putLong(target + done, (long) WORD.get(bytes, done));
    }
    for (; done < bytes.length; done++) {
      IO.putByte(target + done, bytes[done]);
    }
  }

  /** Returns a copy of the bytes from an offset on. */
  byte[] copy(int offset) {
    byte[] bytes = new byte[length - offset];
    long source = address + offset;
    if (bytes.length > SHORT_BYTES) {
      IO.getByteArray(source, bytes, 0, bytes.length);
      return bytes;
    }
    int done = 0;
    for (; done <= bytes.length - Long.BYTES; done += Long.BYTES) {
      WORD.set(bytes, done, IO.getLong(source + done));
    }
    for (; done < bytes.length; done++) {
      bytes[done] = IO.getByte(source + done);
    }
    return bytes;
  }

  /** Returns the bytes themselves, read-only. */
  ByteBuffer view() {
    long offset = address - windowAddress;
    if (window == null || offset < 0 || offset > WINDOW_BYTES - length) {
      // a new one costs a native call; they begin at multiples of half their length
      windowAddress = address & -(1L << 30);
      window = IO.newDirectByteBuffer(windowAddress, WINDOW_BYTES).asReadOnlyBuffer();
      offset = address - windowAddress;
    }
    return window.slice((int) offset, length);
  }
}
