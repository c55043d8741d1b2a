// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import java.util.Arrays;
import java.util.Comparator;
import jnr.ffi.Pointer;
import org.lmdbjava.BufferProxy;

/**
 * How keys and values cross between Java and LMDB: as {@link Slice slices}, so that nothing is
 * copied or allocated until somebody asks for the bytes, and no JVM flags are needed.
 */
final class SliceProxy extends BufferProxy<Slice> {
  static final SliceProxy INSTANCE = new SliceProxy();

  private SliceProxy() {}

  @Override
  protected Slice allocate() {
    return new Slice();
  }

  @Override
  protected void deallocate(Slice slice) {}

  @Override
  protected byte[] getBytes(Slice slice) {
    return slice.copy(0);
  }

  @Override
  protected Comparator<Slice> getSignedComparator() {
    return getUnsignedComparator();
  }

  @Override
  protected Comparator<Slice> getUnsignedComparator() {
    return (a, b) -> Arrays.compareUnsigned(a.copy(0), b.copy(0));
  }

  /** Returns nothing that would have to be kept: the slice has its memory. */
  @Override
  @SuppressWarnings("NullAway") // the library's own proxies return null here
  protected Pointer in(Slice slice, Pointer struct) {
    struct.putLong(STRUCT_FIELD_OFFSET_SIZE, slice.length());
    struct.putAddress(STRUCT_FIELD_OFFSET_DATA, slice.address());
    return null;
  }

  /** Asks for room of a size, which {@link #out} then shows. */
  @Override
  @SuppressWarnings("NullAway") // the library's own proxies return null here
  protected Pointer in(Slice slice, int size, Pointer struct) {
    struct.putLong(STRUCT_FIELD_OFFSET_SIZE, size);
    return null;
  }

  @Override
  protected Slice out(Slice slice, Pointer struct) {
    return slice.pointTo(
        struct.getAddress(STRUCT_FIELD_OFFSET_DATA), struct.getLong(STRUCT_FIELD_OFFSET_SIZE));
  }
}
