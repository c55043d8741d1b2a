// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a data file, as a stream, and refuses whatever {@link DataFormat} does not allow. Used
 * once, by one thread.
 */
final class DataFileReader {
  /** Takes the pairs of a file. */
  @FunctionalInterface
  interface Sink {
    /** Takes a pair; returns whether its key is new. */
    boolean add(byte[] key, byte[] value);
  }

  /**
   * What a file was like.
   *
   * @param edited whether its checksum was missing, or wrong and this was accepted
   * @param journal the number of the last journaled batch; 0: none
   */
  record Result(DataFormat.Stamp stamp, boolean edited, long journal) {}

  private static final int LONGEST_BASE64_CHARS = (JsonBackend.LIMITS.maxValueBytes() + 2) / 3 * 4;

  /** Allows just what our own files need, and so much more that errors can be told as ours. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION) // it is UTF-8, whatever it looks like
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(LONGEST_BASE64_CHARS)
                  .maxNameLength(100)
                  .maxNumberLength(20)
                  .maxNestingDepth(10)
                  .maxDocumentLength(-1)
                  .maxTokenCount(-1)
                  .build())
          .build();

  private final Path path;
  private final String storeId;
  private final boolean acceptEdit;
  private final Sink sink;
  private final Damage damage;

  private final Set<String> fields = new HashSet<>();
  private long version;
  private long journal;
  private @Nullable String store;

  DataFileReader(Path path, String storeId, boolean acceptEdit, Sink sink) {
    this.path = path;
    this.storeId = storeId;
    this.acceptEdit = acceptEdit;
    this.sink = sink;
    this.damage = new Damage(path);
  }

  /**
   * Reads the file.
   *
   * @throws CorruptionException if it is not valid
   * @throws StoreMismatchException if it is of a newer version, or of another store
   */
  Result read(DiskFile file) throws IOException {
    InputStream in = DiskFiles.input(file);
    byte[] head = in.readNBytes(DataFormat.HEAD_BYTES);
    CheckedInputStream body = new CheckedInputStream(in, new CRC32C());
    try (JsonParser parser =
        JSON.createParser(new SequenceInputStream(new ByteArrayInputStream(head), body))) {
      parse(parser);
    }
    body.transferTo(OutputStream.nullOutputStream());
    int sum = (int) body.getChecksum().getValue();
    boolean edited = !DataFormat.sumOf(head).equals(OptionalInt.of(sum));
    if (edited && fields.contains(DataFormat.FIELD_SUM) && !acceptEdit) {
      throw damage.somewhere("its checksum does not match what is in it");
    }
    // Only now: what the file says about itself counts if the checksum says so too.
    checkVersion();
    checkStore(edited);
    return new Result(new DataFormat.Stamp(file.size(), sum), edited, journal);
  }

  private void parse(JsonParser parser) throws IOException {
    try {
      readFile(parser);
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      throw damage.at(place == null ? parser.currentLocation() : place, e.getOriginalMessage(), e);
    }
  }

  private void readFile(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw damage.at(parser, "the file is not a JSON object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      if (!fields.add(field)) {
        throw damage.at(parser, "the field \"" + field + "\" is there twice");
      }
      parser.nextToken();
      readField(parser, field);
      if (version > DataFormat.VERSION) {
        return; // whatever follows is not for this release to judge
      }
    }
    if (!fields.contains(DataFormat.FIELD_PAIRS)) {
      throw damage.at(parser, "the field \"" + DataFormat.FIELD_PAIRS + "\" is missing");
    }
    if (parser.nextToken() != null) {
      throw damage.at(parser, "there is something after the end");
    }
  }

  private void readField(JsonParser parser, String field) throws IOException {
    switch (field) {
      case DataFormat.FIELD_SUM -> text(parser, field);
      case DataFormat.FIELD_FORMAT -> {
        if (!text(parser, field).equals(DataFormat.FORMAT)) {
          throw damage.at(parser, "the format is not \"" + DataFormat.FORMAT + "\"");
        }
      }
      case DataFormat.FIELD_VERSION -> version = number(parser, field);
      case DataFormat.FIELD_JOURNAL -> journal = number(parser, field);
      case DataFormat.FIELD_STORE -> store = text(parser, field);
      case DataFormat.FIELD_PAIRS -> {
        if (version == 0 || !fields.contains(DataFormat.FIELD_FORMAT)) {
          throw damage.at(parser, "format and version do not come before the pairs");
        }
        new PairParser(parser, damage).readAll(sink);
      }
      default -> throw damage.at(parser, "the field \"" + field + "\" is unknown");
    }
  }

  private long number(JsonParser parser, String field) throws IOException {
    if (!parser.hasToken(JsonToken.VALUE_NUMBER_INT) || parser.getLongValue() < 1) {
      throw damage.at(parser, "the " + field + " is not a number from 1");
    }
    return parser.getLongValue();
  }

  private String text(JsonParser parser, String field) throws IOException {
    if (!parser.hasToken(JsonToken.VALUE_STRING)) {
      throw damage.at(parser, "the field \"" + field + "\" is not a string");
    }
    return parser.getText();
  }

  private void checkVersion() {
    if (version > DataFormat.VERSION) {
      throw new StoreMismatchException(
          "the data file has format version "
              + version
              + "; this release reads up to "
              + DataFormat.VERSION
              + ": use a newer release",
          path,
          null);
    }
  }

  private void checkStore(boolean edited) {
    if (store == null && !edited) {
      throw damage.somewhere("the field \"" + DataFormat.FIELD_STORE + "\" is missing");
    }
    if (store != null && !store.equals(storeId)) {
      throw new StoreMismatchException(
          "the data file is of the store "
              + store
              + ", this one is "
              + storeId
              + "; if its pairs are meant to be in this store, remove the lines \""
              + DataFormat.FIELD_SUM
              + "\" and \""
              + DataFormat.FIELD_STORE
              + "\" from it",
          path,
          null);
    }
  }
}
