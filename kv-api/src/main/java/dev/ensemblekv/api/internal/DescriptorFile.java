// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.spi.io.CheckedText;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The file {@code STORE} in which a {@link StoreDescriptor} is kept: a {@link CheckedText} of kind
 * {@code store}, replaced atomically.
 *
 * <pre>{@code
 * id = 0123456789abcdef0123456789abcdef
 * spec = ensemble:json
 * state = creating | ready | destroying
 * created = 2026-01-31T12:00:00Z
 * createdBy = 0.1.0
 * inside = 0123456789abcdef0123456789abcdef     ; only of an inner store
 * format.json = 1                               ; one of each backend
 * engine.leveldb = LevelDB 1.13 by leveldbjni 1.18.2  ; of each backend that names one
 * option.ensemble.maxKeys = 200                 ; one of each recorded option
 * }</pre>
 */
final class DescriptorFile {
  static final String NAME = "STORE";

  private static final String KIND = "store";
  private static final int VERSION = 1;
  private static final int MAX_BYTES = 1 << 20;
  private static final String FORMAT_PREFIX = "format.";
  private static final String ENGINE_PREFIX = "engine.";
  private static final String OPTION_PREFIX = "option.";

  private DescriptorFile() {}

  /** Reads the descriptor of a directory; empty if it has none. */
  static Optional<StoreDescriptor> read(Disk disk, Path directory) throws IOException {
    return readBytes(disk, directory).map(bytes -> decode(bytes, directory));
  }

  /** Reads the file of a directory; empty if it has none. */
  static Optional<byte[]> readBytes(Disk disk, Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    return disk.exists(path)
        ? Optional.of(DiskFiles.read(disk, path, MAX_BYTES))
        : Optional.empty();
  }

  /** Returns the descriptor that is in the file of a directory. */
  static StoreDescriptor decode(byte[] bytes, Path directory) {
    Path path = directory.resolve(NAME);
    CheckedText text = CheckedText.decode(bytes, path, KIND, VERSION);
    try {
      Map<String, Integer> formats = new TreeMap<>();
      below(FORMAT_PREFIX, text).forEach((k, v) -> formats.put(k, Integer.valueOf(v)));
      return new StoreDescriptor(
          text.get("id"),
          text.get("spec"),
          formats,
          below(ENGINE_PREFIX, text),
          below(OPTION_PREFIX, text),
          Instant.parse(text.get("created")),
          text.get("createdBy"),
          text.find("inside"),
          StoreDescriptor.State.valueOf(text.get("state").toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new CorruptionException("a field of the descriptor is not valid", path, e);
    }
  }

  private static Map<String, String> below(String prefix, CheckedText text) {
    Map<String, String> found = new TreeMap<>();
    text.fields()
        .forEach(
            (name, value) -> {
              if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), value);
              }
            });
    return found;
  }

  /** Replaces the descriptor of a directory, durably. */
  static void write(Disk disk, Path directory, StoreDescriptor descriptor) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("id", descriptor.id());
    fields.put("spec", descriptor.spec());
    fields.put("state", descriptor.state().name().toLowerCase(Locale.ROOT));
    fields.put("created", descriptor.created().toString());
    fields.put("createdBy", descriptor.createdBy());
    descriptor.inside().ifPresent(id -> fields.put("inside", id));
    new TreeMap<>(descriptor.formats())
        .forEach((name, version) -> fields.put(FORMAT_PREFIX + name, version.toString()));
    new TreeMap<>(descriptor.engines())
        .forEach((name, engine) -> fields.put(ENGINE_PREFIX + name, engine));
    new TreeMap<>(descriptor.options())
        .forEach((name, value) -> fields.put(OPTION_PREFIX + name, value));
    DiskFiles.replace(disk, directory.resolve(NAME), CheckedText.encode(KIND, VERSION, fields));
  }
}
