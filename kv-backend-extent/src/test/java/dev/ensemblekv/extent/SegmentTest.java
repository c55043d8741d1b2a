// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

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
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that are written and read, by calls if nothing else is said. */
class SegmentTest {
  private static final int CHUNK_BYTES = 64 << 10;
  private static final Mappings MAPPED =
      new Mappings() {
        @Override
        public boolean ofGrowing() {
          return true;
        }

        @Override
        public boolean ofSealed() {
          return true;
        }
      };

  private final SimulatedDisk disk = new SimulatedDisk();
  private final List<Object> written = new ArrayList<>();
  private final List<Long> positions = new ArrayList<>();
  private final List<Integer> lengths = new ArrayList<>();
  private int reads;

  private <T> T watched(Class<T> type, T target) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (method.getName().equals("write")) {
                written.add(arguments[1]);
                positions.add((long) arguments[0]);
                lengths.add((int) arguments[3]);
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

  private final StoreFiles files = files(disk, Path.of("/store"), Mappings.NONE);

  private StoreFiles files(Disk on, Path directory, Mappings mappings) {
    return new StoreFiles(
        watched(Disk.class, on), directory, "0123456789abcdef0123456789abcdef", mappings);
  }

  private Segment create(long capacity) throws IOException {
    disk.createDirectories(Path.of("/store"));
    return Segment.create(files, 1, Segment.Kind.LOG, 1, capacity);
  }

  private static Mutation mutation(int valueBytes) {
    byte[] value = new byte[valueBytes];
    new Random(valueBytes).nextBytes(value);
    return Mutation.of(new KeyHash(0, 0), new byte[] {1, 2, 3}, value);
  }

  /** Writes a record where there are zeros; returns by how many calls. */
  private int calls(Segment segment, Mutation mutation) throws IOException {
    long offset = segment.end();
    segment.allocate(mutation.recordBytes(), false);
    written.clear();
    write(segment, mutation);
    long location = Location.ofValue(1, offset, mutation.recordBytes());
    assertThat(new RecordReader().value(segment, location, mutation.key()))
        .isEqualTo(mutation.value());
    return written.size();
  }

  /** Of a mapping, more becomes dirty than what was written to, which each force writes anew. */
  @Test
  void aMappedSegmentThatIsForcedOftenIsWrittenByCalls(@TempDir Path directory) throws IOException {
    Segment segment =
        Segment.create(files(Disk.real(), directory, MAPPED), 1, Segment.Kind.LOG, 1, 4 << 20);
    assumeThat(segment.isMapped()).isTrue();
    segment.force();
    for (int i = 0; i < 3; i++) {
      assertThat(calls(segment, mutation(i))).isEqualTo(1);
      assertThat(calls(segment, mutation(CHUNK_BYTES))).isEqualTo(1);
      assertThat(calls(segment, mutation(i))).as("far behind what was forced").isZero();
      segment.force();
    }
    segment.close();
  }

  /** Appends a record. */
  private static void write(Segment segment, Mutation mutation) throws IOException {
    byte[] value = Objects.requireNonNull(mutation.value());
    byte[] header = new byte[RecordFormat.HEADER_BYTES];
    RecordFormat.encode(
        header,
        RecordFormat.PUT,
        0,
        1,
        mutation.key().length,
        value.length,
        mutation.bodyCrc(),
        segment.seal(),
        segment.end());
    segment.write(segment.end(), header, mutation.key(), value);
    segment.endAt(segment.end() + mutation.recordBytes());
  }

  /** Fails if there are writes that could have been fewer, or that go across a multiple. */
  private void checkPieces(int boundary, long bytes) {
    for (int i = 0; i < positions.size(); i++) {
      long last = positions.get(i) + lengths.get(i) - 1;
      assertThat(last / boundary).isEqualTo(positions.get(i) / boundary);
    }
    assertThat(positions).hasSizeLessThanOrEqualTo((int) (bytes / boundary) + 3);
  }

  @Test
  void zerosAreWrittenInFewPiecesNoneOfWhichIsAcrossAMultipleOfTheirLength() throws IOException {
    long capacity = 4 << 20;
    int unaligned = 100_000;
    Segment segment = create(capacity);
    while (segment.hasRoom(unaligned)) {
      segment.allocate(unaligned, true);
      segment.endAt(segment.end() + unaligned);
      segment.allocateAhead(() -> true);
    }
    segment.close();
    checkPieces(CHUNK_BYTES, capacity);
  }

  /** Fills a segment with records; returns the most zeros that came between two of them. */
  private long mostZeros(boolean forced) throws IOException {
    Segment segment = create(32 << 20);
    Mutation mutation = mutation(10_000);
    long most = 0;
    while (segment.hasRoom(mutation.recordBytes())) {
      lengths.clear();
      segment.allocate(mutation.recordBytes(), true);
      segment.allocateAhead(() -> true);
      most = Math.max(most, lengths.stream().mapToLong(Integer::longValue).sum());
      write(segment, mutation);
      if (forced) {
        segment.force();
      }
    }
    segment.close();
    disk.delete(Path.of("/store", Segment.name(1)));
    return most;
  }

  @Test
  void whereEachRecordIsForcedThereAreFewZerosToForceWithIt() throws IOException {
    assertThat(mostZeros(true)).isLessThanOrEqualTo(256 << 10);
    assertThat(mostZeros(false)).isEqualTo(Segment.MAX_STEP_BYTES);
  }

  @Test
  void copiesAreWrittenInFewPiecesNoneOfWhichIsAcrossAMultipleOfTheirLength() throws IOException {
    Segment segment = create(2 << 20);
    Mutation mutation = Mutation.of(new KeyHash(0, 0), new byte[] {1}, new byte[100_000]);
    segment.allocate(segment.capacity(), false);
    while (segment.hasRoom(mutation.recordBytes())) {
      write(segment, mutation);
    }
    positions.clear();
    lengths.clear();
    Relocation relocation = new Relocation(files, 1, () -> 2, 2 << 20);
    RecordScan scan = RecordScan.once(segment);
    while (scan.next()) {
      relocation.copy(scan);
    }
    relocation.force();
    checkPieces(256 << 10, segment.end());
    relocation.abandon(null);
    segment.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 1_000_000})
  void aValueIsReadAsItWasWrittenAndALongOneIsNotCopied(int length) throws IOException {
    Segment segment = create(2 << 20);
    byte[] key = {1, 2, 3};
    byte[] value = new byte[length];
    new Random(length).nextBytes(value);
    long bytes = RecordFormat.bytes(key.length, length);
    long offset = segment.end();
    segment.allocate(bytes, true);
    written.clear();
    write(segment, Mutation.of(new KeyHash(0, 0), key, value));
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
