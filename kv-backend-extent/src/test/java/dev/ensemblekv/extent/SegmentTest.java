// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that are written and read by calls. */
class SegmentTest {
  private static final int CHUNK_BYTES = 64 << 10;

  private final List<Object> written = new ArrayList<>();
  private int reads;

  private <T> T watched(Class<T> type, T target) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (method.getName().equals("write")) {
                written.add(arguments[1]);
              }
              reads += method.getName().equals("read") ? 1 : 0;
              try {
                Object result = method.invoke(target, arguments);
                return result instanceof DiskFile file ? watched(DiskFile.class, file) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return type.cast(proxy);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 1_000_000})
  void aValueIsReadAsItWasWrittenAndALongOneIsNotCopied(int length) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    disk.createDirectories(Path.of("/store"));
    StoreFiles files =
        new StoreFiles(
            watched(Disk.class, disk),
            Path.of("/store"),
            "0123456789abcdef0123456789abcdef",
            Mappings.NONE);
    Segment segment = Segment.create(files, 1, Segment.Kind.LOG, 1, 2 << 20);
    byte[] key = {1, 2, 3};
    byte[] value = new byte[length];
    new Random(length).nextBytes(value);
    long bytes = RecordFormat.bytes(key.length, length);
    byte[] header = new byte[RecordFormat.HEADER_BYTES];
    long offset = segment.end();
    Mutation mutation = Mutation.of(new KeyHash(0, 0), key, value);
    RecordFormat.encode(
        header,
        RecordFormat.PUT,
        0,
        1,
        key.length,
        length,
        mutation.bodyCrc(),
        segment.seal(),
        offset);
    segment.allocate(bytes, true);
    written.clear();
    segment.write(offset, header, key, value);
    segment.endAt(offset + bytes);
    assertThat(written).hasSize(length > CHUNK_BYTES ? 2 : 1);
    assertThat(written.stream().anyMatch(array -> array == value)).isEqualTo(length > CHUNK_BYTES);
    long location = Location.ofValue(1, offset, bytes);
    RecordReader reader = new RecordReader();
    assertThat(reader.value(segment, location, key)).isEqualTo(value);
    reads = 0;
    ByteBuffer read = reader.read(segment, location, key, buffer -> buffer);
    assertThat(read).isEqualTo(ByteBuffer.wrap(value));
    assertThat(reads).isEqualTo(RecordFormat.HEADER_BYTES + 3 + length > CHUNK_BYTES ? 2 : 1);
    segment.close();
  }
}
