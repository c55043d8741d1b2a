// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A mapping that is released when it is closed, rather than when it is collected: by an arena of
 * {@code java.lang.foreign} where there is one, from Java 22 on, else by the cleaner of the buffer.
 * Neither needs a flag, and neither prints a warning on the releases where it is used.
 */
final class RealDiskMapping implements DiskMapping {
  private static final Mapper MAPPER = mapper();

  private final ByteBuffer buffer;
  private final Runnable release;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RealDiskMapping(ByteBuffer buffer, Runnable release) {
    this.buffer = buffer;
    this.release = release;
  }

  /** Maps a part of a file. */
  static RealDiskMapping map(FileChannel channel, MapMode mode, long position, int length)
      throws IOException {
    return MAPPER.map(channel, mode, position, length);
  }

  @Override
  public ByteBuffer buffer() {
    return buffer;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release.run();
    }
  }

  /** One of the two ways. */
  private interface Mapper {
    RealDiskMapping map(FileChannel channel, MapMode mode, long position, int length)
        throws IOException;
  }

  private static Mapper mapper() {
    try {
      return Runtime.version().feature() >= 22 ? new ArenaMapper() : new CleanerMapper();
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Maps into a shared arena. Its API is not there when this is compiled. */
  private static final class ArenaMapper implements Mapper {
    private final MethodHandle ofShared;
    private final MethodHandle map;
    private final MethodHandle asByteBuffer;
    private final MethodHandle close;

    ArenaMapper() throws ReflectiveOperationException {
      Class<?> arena = Class.forName("java.lang.foreign.Arena");
      Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      ofShared = lookup.findStatic(arena, "ofShared", MethodType.methodType(arena));
      map =
          lookup.findVirtual(
              FileChannel.class,
              "map",
              MethodType.methodType(segment, MapMode.class, long.class, long.class, arena));
      asByteBuffer =
          lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class));
      close = lookup.findVirtual(arena, "close", MethodType.methodType(void.class));
    }

    @Override
    public RealDiskMapping map(FileChannel channel, MapMode mode, long position, int length)
        throws IOException {
      try {
        Object arena = ofShared.invoke();
        try {
          Object segment = map.invoke(channel, mode, position, (long) length, arena);
          ByteBuffer buffer = (ByteBuffer) asByteBuffer.invoke(segment);
          return new RealDiskMapping(buffer, () -> close(arena));
        } catch (Throwable e) {
          close(arena);
          throw e;
        }
      } catch (IOException | RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    private void close(Object arena) {
      try {
        close.invoke(arena);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Maps as ever, and calls the cleaner of the buffer, which warns from Java 24 on. */
  private static final class CleanerMapper implements Mapper {
    private final MethodHandle invokeCleaner;

    CleanerMapper() throws ReflectiveOperationException {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      var instance = unsafe.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      invokeCleaner =
          MethodHandles.lookup()
              .findVirtual(
                  unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
              .bindTo(instance.get(null));
    }

    @Override
    public RealDiskMapping map(FileChannel channel, MapMode mode, long position, int length)
        throws IOException {
      MappedByteBuffer buffer = channel.map(mode, position, length);
      return new RealDiskMapping(buffer, () -> clean(buffer));
    }

    private void clean(ByteBuffer buffer) {
      try {
        invokeCleaner.invoke(buffer);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }
  }
}
