// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import dev.ensemblekv.api.KvOption;
import java.time.Duration;

/** The options of the backend {@code json}. */
public final class JsonOptions {
  /**
   * How soon changes are persisted: 1 ms to 10 s, by default 100 ms; recorded, and can be changed
   * at each open.
   *
   * <p>Short intervals lose less in a crash and write the whole file more often; when writing takes
   * more than a tenth of the time, the pause between two persists is stretched whatever this says.
   * Long ones save the disk, and lose more.
   */
  public static final KvOption<Duration> PERSIST_INTERVAL =
      KvOption.duration("json.persistInterval")
          .kind(KvOption.Kind.STICKY)
          .range(Duration.ofMillis(1), Duration.ofSeconds(10))
          .build(
              Duration.ofMillis(100),
              "Persist changes within this time; stretched while a persist takes over a tenth of"
                  + " it.");

  /**
   * Whether a file whose checksum does not match is taken as edited by hand, instead of as damaged;
   * by default not, and for one opening only.
   *
   * <p>The file must still be valid. It gets a new checksum at the next persist, which follows at
   * once. Without this option, an edit is accepted if the line with the checksum was removed.
   */
  public static final KvOption<Boolean> ACCEPT_EDIT =
      KvOption.flag("json.acceptEdit")
          .build(false, "Accept a data file whose checksum does not match, as edited by hand.");

  private JsonOptions() {}
}
