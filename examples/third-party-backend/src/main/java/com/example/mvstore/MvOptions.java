// SPDX-License-Identifier: Apache-2.0
package com.example.mvstore;

import dev.ensemblekv.api.KvOption;

/** The options of the backend {@code mvstore}. */
public final class MvOptions {
  /** How much of the file is kept in memory, by default 16 MiB. */
  public static final KvOption<Long> CACHE =
      KvOption.sizeBytes("mvstore.cache")
          .range(1L << 20, 1L << 40)
          .build(16L << 20, "Bytes of pages to keep in memory.");

  /** Whether pages are compressed when they are written; recorded, and can be changed. */
  public static final KvOption<Boolean> COMPRESS =
      KvOption.flag("mvstore.compress")
          .kind(KvOption.Kind.STICKY)
          .build(false, "Compress pages; those of before stay as they are.");

  private MvOptions() {}
}
