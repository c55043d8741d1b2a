// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Segments of any bytes, read record by record: an input is what is behind the header. */
final class DecodedRecords {
  private static final int ID = 1;
  private static final long EPOCH = 3;
  private static final int PROBES = 16;

  private final Segment segment;
  private final byte[] file;
  private final boolean sealed;
  private final RecordReader reader = new RecordReader();

  private DecodedRecords(Segment segment, byte[] file, boolean sealed) {
    this.segment = segment;
    this.file = file;
    this.sealed = sealed;
  }

  static List<byte[]> seeds() {
    Seal seal = DecodedFiles.empty().seal(EPOCH, ID);
    byte[] bytes = new byte[4096];
    int end = 0;
    int[][] shapes = {{1, 0, 5, 30}, {2, 0, 5, 0}, {1, 1, 200, 900}, {3, 1, 0, 8}, {4, 0, 0, 16}};
    for (int[] shape : shapes) {
      byte[] header = new byte[RecordFormat.HEADER_BYTES];
      byte[] body = new byte[shape[2] + shape[3]];
      Arrays.fill(body, (byte) 'b');
      long at = (long) StoreFiles.HEADER_BYTES + end;
      int crc = RecordFormat.bodyCrc(body, new byte[0]);
      RecordFormat.encode(header, shape[0], shape[1], 7 + end, shape[2], shape[3], crc, seal, at);
      System.arraycopy(header, 0, bytes, end, header.length);
      System.arraycopy(body, 0, bytes, end + header.length, body.length);
      end += (int) RecordFormat.bytes(shape[2], shape[3]);
    }
    List<byte[]> seeds = new ArrayList<>(Decoder.inputs(Arrays.copyOf(bytes, end)));
    seeds.addAll(Decoder.inputs(Arrays.copyOf(bytes, end + 512)));
    return seeds;
  }

  static void read(byte[] input) throws IOException {
    StoreFiles files = DecodedFiles.empty();
    byte[] header = files.header(Segment.MAGIC, ID, EPOCH, 0, 0);
    byte[] file = Arrays.copyOf(header, header.length + input.length - 1);
    System.arraycopy(input, 1, file, header.length, input.length - 1);
    if (Decoder.isSealed(input)) {
      Sealing.segment(file, files.seal(EPOCH, ID));
    }
    DecodedFiles.put(files, Segment.name(ID), file);
    Segment segment = Segment.open(files, ID, Segment.Kind.LOG, EPOCH, Manifest.SegmentEntry.OPEN);
    DecodedRecords records = new DecodedRecords(segment, file, Decoder.isSealed(input));
    records.walk();
    records.probe(input);
    segment.close();
  }

  private void walk() throws IOException {
    RecordScan scan = new RecordScan(segment, StoreFiles.HEADER_BYTES);
    long end = StoreFiles.HEADER_BYTES;
    while (scan.next()) {
      assertThat(scan.offset()).isEqualTo(end);
      end += scan.recordBytes();
      assertThat(end).isLessThanOrEqualTo(file.length);
      checkHeader(scan);
      checkBody(scan);
    }
    assertThat(scan.offset()).isEqualTo(end);
  }

  /** What was read gives the same bytes when it is written. */
  private void checkHeader(RecordScan scan) {
    byte[] header = new byte[RecordFormat.HEADER_BYTES];
    RecordFormat.encode(
        header,
        scan.type(),
        scan.flags(),
        scan.sequence(),
        scan.keyBytes(),
        scan.valueBytes(),
        scan.bodyCrc(),
        segment.seal(),
        scan.offset());
    int at = (int) scan.offset();
    assertThat(header).isEqualTo(Arrays.copyOfRange(file, at, at + header.length));
  }

  private void checkBody(RecordScan scan) throws IOException {
    byte[] key = scan.key();
    byte[] value = scan.value();
    int at = (int) scan.offset() + RecordFormat.HEADER_BYTES;
    assertThat(key).isEqualTo(Arrays.copyOfRange(file, at, at + key.length));
    at += key.length;
    assertThat(value).isEqualTo(Arrays.copyOfRange(file, at, at + value.length));
    long location = scan.location();
    if (scan.isBodyIntact()) {
      assertThat(reader.value(segment, location, key)).isEqualTo(value);
      assertThat(reader.pair(segment, location)).isDeepEqualTo(new byte[][] {key, value});
    } else {
      assertThat(sealed).isFalse();
      assertThatThrownBy(() -> reader.value(segment, location, key))
          .isInstanceOf(CorruptionException.class);
      assertThatThrownBy(() -> reader.pair(segment, location))
          .isInstanceOf(CorruptionException.class);
    }
  }

  /** Reads at places where a damaged index might say that a record is. */
  private void probe(byte[] input) throws IOException {
    for (int i = 0; i < PROBES && i + Long.BYTES <= input.length; i++) {
      long location = LittleEndian.getLong(input, i) & 0xFFFF_FFFFL;
      try {
        byte[][] pair = reader.pair(segment, location);
        assertThat(reader.value(segment, location, pair[0])).isEqualTo(pair[1]);
      } catch (CorruptionException e) {
        assertThat(e.path()).contains(segment.path());
      }
    }
  }
}
