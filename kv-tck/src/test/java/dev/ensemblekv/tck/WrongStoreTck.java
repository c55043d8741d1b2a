// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.memory.MemoryBackend;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The suite on a store that is wrong on purpose: the engine below the framework's guard, or what
 * the framework itself would do wrong above it.
 */
abstract class WrongStoreTck extends KvStoreTck {
  private static final long SEED = 1;

  /** Returns the sound backend. */
  KvBackend base() {
    return new MemoryBackend();
  }

  /** Puts the mistake around the engine. */
  KvStore engine(KvStore sound, KvOpenContext context) {
    return sound;
  }

  /** Puts the mistake around the store that users see. */
  KvStore opened(KvStore sound) {
    return sound;
  }

  /** Returns what is declared besides. */
  Set<KvFeature> alsoDeclared() {
    return Set.of();
  }

  static Set<KvFeature> with(Set<KvFeature> features, Set<KvFeature> more) {
    Set<KvFeature> all = EnumSet.copyOf(features);
    all.addAll(more);
    return all;
  }

  @Override
  protected final KvBackend backend() {
    return new WrongBackend(this);
  }

  @Override
  KvStore open(Path directory, KvOptions options) {
    return opened(super.open(directory, options));
  }

  /** Returns one seed: a wrong store is caught at every run or at none, as far as that decides. */
  @Override
  long seed() {
    return SEED;
  }

  @Override
  boolean isReported() {
    return false;
  }

  /** The backend of a wrong store. */
  private static final class WrongBackend implements KvBackend {
    private final WrongStoreTck wrong;
    private final KvBackend base;

    WrongBackend(WrongStoreTck wrong) {
      this.wrong = wrong;
      this.base = wrong.base();
    }

    @Override
    public String name() {
      return base.name();
    }

    @Override
    public String description() {
      return "Wrong on purpose.";
    }

    @Override
    public Set<KvFeature> features() {
      return with(base.features(), wrong.alsoDeclared());
    }

    @Override
    public KvLimits limits() {
      return base.limits();
    }

    @Override
    public List<KvOption<?>> options() {
      return base.options();
    }

    @Override
    public boolean needsDirectory() {
      return base.needsDirectory();
    }

    @Override
    public KvStore open(KvOpenContext context) {
      return wrong.engine(base.open(context), context);
    }
  }
}
