// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import dev.ensemblekv.api.CorruptionException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Says where a data file is wrong, and what can be done about it. */
final class Damage {
  private static final String ADVICE =
      ". The file was left as it is. Put it back from a copy; or, if it was edited by hand, correct"
          + " what is wrong and remove the line \""
          + DataFormat.FIELD_SUM
          + "\", or open the store with "
          + JsonOptions.ACCEPT_EDIT
          + "=true";

  private final Path path;

  Damage(Path path) {
    this.path = path;
  }

  /** Returns the exception for damage whose place is not known. */
  CorruptionException somewhere(String problem) {
    return at(null, problem, null);
  }

  /** Returns the exception for damage where a parser stands. */
  CorruptionException at(JsonParser parser, String problem) {
    return at(parser.currentTokenLocation(), problem, null);
  }

  /** Returns the exception for damage at a place, if that is known. */
  CorruptionException at(@Nullable JsonLocation place, String problem, @Nullable Throwable cause) {
    String where =
        place == null ? "" : "line " + place.getLineNr() + ", column " + place.getColumnNr() + ": ";
    long offset = place == null ? -1 : place.getByteOffset();
    return new CorruptionException(where + problem + ADVICE, path, offset, cause);
  }
}
