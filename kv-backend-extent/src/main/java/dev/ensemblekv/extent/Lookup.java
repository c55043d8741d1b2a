// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the newest record of a key by the index, and reads it while nothing that it may find is
 * closed. Takes no lock. Thread-safe.
 */
final class Lookup {
  /** Of no store, so that hundreds of stores do not have one for each thread. */
  private static final ThreadLocal<RecordReader> READERS =
      ThreadLocal.withInitial(RecordReader::new);

  /** So many entries a walk has in memory. */
  private static final int PART_ENTRIES = 128 << 10;

  private final Path directory;
  private final Index index;
  private final Segments segments;
  private final KeyHash.Function hashes;
  private final Pins pins;

  Lookup(Path directory, Index index, Segments segments, KeyHash.Function hashes, Pins pins) {
    this.directory = directory;
    this.index = index;
    this.segments = segments;
    this.hashes = hashes;
    this.pins = pins;
  }

  /** What is done with a record that was found. */
  private interface Use<T> {
    @Nullable T of(RecordReader reader, Segment segment, long location) throws IOException;
  }

  /** What reads while nothing that it may find is closed. */
  interface Reading<T> {
    /** Reads, by a reader that is this thread's until it returns. */
    @Nullable T run(RecordReader reader) throws IOException;
  }

  /**
   * Returns the value of a key, in an array of the caller's. As this is what is called most, it
   * hands nothing on in objects: whether those cost something would depend on what is inlined.
   */
  byte @Nullable [] value(byte[] key) {
    RecordReader reader = READERS.get();
    long order = hashes.order(key);
    int routing = hashes.routing(key);
    int pin = pins.enter();
    try {
      long location = locate(order, routing, reader);
      while (location != Location.NONE) {
        Segment segment = segments.find(Location.segment(location));
        if (segment != null) {
          return reader.value(segment, location, key);
        }
        location = locate(order, routing, reader);
      }
      return null;
    } catch (IOException | InternalError e) {
      throw unreadable(e);
    } finally {
      pins.leave(pin);
    }
  }

  /** Hands the value of a key to somebody who reads it, without a copy if that is possible. */
  <R> @Nullable R read(byte[] key, KvReader<R> kvReader) {
    return use(hashes.of(key), (reader, segment, at) -> reader.read(segment, at, key, kvReader));
  }

  boolean isPresent(KeyHash hash) {
    return Boolean.TRUE.equals(pinned(reader -> locate(hash, reader) != Location.NONE));
  }

  /** Runs something that reads. */
  <T> @Nullable T pinned(Reading<T> reading) {
    int pin = pins.enter();
    try {
      return reading.run(READERS.get());
    } catch (IOException | InternalError e) {
      throw unreadable(e);
    } finally {
      pins.leave(pin);
    }
  }

  /** By an {@link InternalError} the JVM tells of a mapped page, perhaps a moment later. */
  private KvException unreadable(Throwable e) {
    IOException cause =
        e instanceof IOException io
            ? io
            : new IOException("a page of a mapped file cannot be read", e);
    return DiskFiles.failure("the store cannot be read", directory, cause);
  }

  /**
   * Returns where the value of a key is, in a segment that is there as long as the caller is
   * pinned; {@link Location#NONE} if the key is absent.
   */
  long locate(KeyHash hash, RecordReader reader) throws IOException {
    return locate(hash.order(), hash.routing(), reader);
  }

  private long locate(long order, int routing, RecordReader reader) throws IOException {
    while (true) {
      Index.Version version = index.current();
      long location = version.find(order, routing, reader.bucket);
      if (location == Location.NONE || Location.isTombstone(location)) {
        return Location.NONE;
      }
      if (segments.find(Location.segment(location)) != null) {
        return location;
      }
      if (index.current().equals(version)) {
        throw new CorruptionException(
            "the index names " + Location.describe(location) + ", which is not there",
            directory,
            null);
      }
    }
  }

  /** Uses the record of a key, if it is present; looks again if it is moved away meanwhile. */
  private <T> @Nullable T use(KeyHash hash, Use<T> use) {
    return pinned(
        reader -> {
          long location = locate(hash, reader);
          while (location != Location.NONE) {
            Segment segment = segments.find(Location.segment(location));
            if (segment != null) {
              return use.of(reader, segment, location);
            }
            location = locate(hash, reader);
          }
          return null;
        });
  }

  /** Returns the parts of the hashes of which each has few enough entries to be in memory. */
  List<HashRange> parts() {
    return HashRange.parts((int) (index.current().mostEntries() / PART_ENTRIES) + 1);
  }

  /** Returns the newest entries of a part of the hashes, tombstones included. */
  Entries entries(HashRange range) {
    Entries entries = pinned(reader -> index.current().entries(range));
    return entries == null ? new Entries() : entries;
  }

  /** Returns key and value of an entry; {@code null} if it was deleted meanwhile. */
  byte @Nullable [][] pair(Entries entries, int at) {
    return pinned(
        reader -> {
          long location = entries.location(at);
          Segment segment = segments.find(Location.segment(location));
          return segment == null
              ? use(new KeyHash(entries.order(at), entries.routing(at)), RecordReader::pair)
              : reader.pair(segment, location);
        });
  }
}
