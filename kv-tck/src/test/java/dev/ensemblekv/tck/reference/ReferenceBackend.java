// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.reference;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The backend {@code reference}: a log of checked records, read into a sorted map at open. */
public final class ReferenceBackend implements KvBackend {
  /** What a store can be told to do wrong. */
  public enum Flaw {
    /** A flush does not force the log. */
    FLUSH_WITHOUT_FORCE,
    /** Records are read without a look at their checksum. */
    NO_CHECKSUM,
    /** A batch is written as a record for each of its operations. */
    BATCH_IN_PIECES,
    /** A torn tail stays where it is, and what is written goes behind it. */
    TORN_TAIL_KEPT,
    /** Deletes are not written to the log. */
    DELETES_NOT_LOGGED,
    /** Records wait in memory for a flush or the close. */
    RECORDS_IN_MEMORY,
    /** The last records wait in memory, and are forgotten by the close. */
    LAST_RECORDS_LOST_AT_CLOSE,
    /** A flush that fails is tried once more. */
    FORCE_RETRIED,
    /** A new store forgets its first record when it is opened again. */
    FIRST_RECORD_SKIPPED_AT_OPEN,
    /** Records are applied from the last to the first. */
    REPLAYED_BACKWARDS,
    /** A write with sync is not forced. */
    SYNC_WITHOUT_FORCE,
    /** A failed write leaves a store that takes more writes. */
    GOES_ON_AFTER_FAILURE
  }

  static final KvOption<String> LABEL =
      KvOption.text("reference.label")
          .kind(KvOption.Kind.FORMAT)
          .build("", "Any text, fixed at creation.");
  static final KvLimits LIMITS = new KvLimits(1024, 1 << 20, 8 << 20);
  static final Set<KvFeature> FEATURES =
      EnumSet.of(
          KvFeature.ORDERED,
          KvFeature.COMPARE_AND_SET,
          KvFeature.SYNC_WRITES,
          KvFeature.PERSISTENT,
          KvFeature.EXCLUSIVE,
          KvFeature.LINEARIZABLE,
          KvFeature.ATOMIC_BATCH,
          KvFeature.ISOLATED_BATCH,
          KvFeature.SNAPSHOT,
          KvFeature.SURVIVES_PROCESS_CRASH,
          KvFeature.CONSTANT_TIME_SIZE);

  private final Set<Flaw> flaws;

  /** Creates the backend; flawed only if told so. */
  public ReferenceBackend(Flaw... flaws) {
    this.flaws = flaws.length == 0 ? Set.of() : EnumSet.of(flaws[0], flaws);
  }

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String description() {
    return "A log of checked records, read into a sorted map at open.";
  }

  @Override
  public Set<KvFeature> features() {
    return EnumSet.copyOf(FEATURES);
  }

  @Override
  public KvLimits limits() {
    return LIMITS;
  }

  @Override
  public List<KvOption<?>> options() {
    return List.of(LABEL);
  }

  @Override
  public KvStore open(KvOpenContext context) {
    return new ReferenceStore(context, flaws);
  }
}
