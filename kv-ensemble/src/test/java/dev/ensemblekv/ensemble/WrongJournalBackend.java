// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.JournaledStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A layer for substores that does something wrong with journaled batches. */
final class WrongJournalBackend implements KvBackend {

  /** What is wrong. */
  enum Wrong {
    /** Nothing. */
    NOTHING,
    /** It always says that it has no journaled batch. */
    FORGETS_NUMBERS,
    /** It takes batches without their numbers. */
    DROPS_NUMBERS,
    /** It does not take over the number of the donor when it is the target of a split. */
    REFUSES_HANDOVER,
    /** It says at once that it is durable. */
    NEVER_FLUSHES,
    /** It says at once that it is durable to a journal that is about to delete a file. */
    NOT_FLUSHED_BEFORE_A_RELEASE,
    /** It gets the later one of two batches without a key in common first. */
    LATER_NUMBER_FIRST,
    /** It gets the later one of two batches first when the journal is replayed. */
    REPLAYED_OUT_OF_ORDER
  }

  private final Wrong wrong;
  private volatile @Nullable String failing;

  WrongJournalBackend(Wrong wrong) {
    this.wrong = wrong;
  }

  /** Makes a substore take no part of a batch, as if its disk were full; {@code null}: none. */
  void failing(@Nullable String substore) {
    failing = substore;
  }

  @Override
  public String name() {
    return "wrong";
  }

  @Override
  public String description() {
    return "Is wrong.";
  }

  @Override
  public Set<KvFeature> features() {
    return Set.of(KvFeature.values());
  }

  @Override
  public KvLimits limits() {
    return new KvLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  @Override
  public List<KvOption<?>> options() {
    return List.of();
  }

  @Override
  public boolean isLayer() {
    return true;
  }

  @Override
  public KvStore open(KvOpenContext context) {
    KvStore inner = context.openInner();
    String name = context.storeName();
    return switch (wrong) {
      case LATER_NUMBER_FIRST -> SwappedBatches.before(inner, false);
      case REPLAYED_OUT_OF_ORDER -> SwappedBatches.before(inner, true);
      default -> new WrongStore(inner, name.substring(name.lastIndexOf('/') + 1));
    };
  }

  /** Tells whether a part of the ensemble is at work. */
  static boolean isWithin(Class<?> part) {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(part.getName())));
  }

  private final class WrongStore extends FilterKvStore {
    private final String name;

    WrongStore(KvStore inner, String name) {
      super(inner);
      this.name = name;
    }

    @Override
    public void flush() {
      if (!isFlushForgotten()) {
        super.flush();
      }
    }

    private boolean isFlushForgotten() {
      return wrong == Wrong.NEVER_FLUSHES
          || (wrong == Wrong.NOT_FLUSHED_BEFORE_A_RELEASE && isWithin(Journal.class));
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
      return type == JournaledStore.class
          ? inner
              .unwrap(JournaledStore.class)
              .map(right -> type.cast(new WrongNumbers(right, name)))
          : super.unwrap(type);
    }
  }

  private final class WrongNumbers implements JournaledStore {
    private final JournaledStore right;
    private final String name;

    WrongNumbers(JournaledStore right, String name) {
      this.right = right;
      this.name = name;
    }

    @Override
    public void writeJournaled(KvBatch batch, long number) {
      if (wrong == Wrong.NOTHING) {
        assertThat(number).as("numbers rise in a substore").isGreaterThan(right.journalNumber());
      }
      if (name.equals(failing)) {
        throw new StoreFullException("there is no space", null, null);
      }
      if (wrong == Wrong.DROPS_NUMBERS) {
        right.writeJournaled(batch, Math.max(1, right.journalNumber()));
      } else if (wrong != Wrong.REFUSES_HANDOVER || !batch.isEmpty()) {
        right.writeJournaled(batch, number);
      }
    }

    @Override
    public long journalNumber() {
      return wrong == Wrong.FORGETS_NUMBERS ? 0 : right.journalNumber();
    }
  }
}
