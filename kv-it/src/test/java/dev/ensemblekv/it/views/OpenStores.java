// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.views;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.KvEnvironment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The stores over which the views are tested. */
final class OpenStores {
  /** The specs of the stores; all are ordered and can compare. */
  static final List<String> SPECS = List.of("memory", "json");

  private OpenStores() {}

  /** Opens a new store, in a directory below the given one if it needs one. */
  static KvStore open(String spec, Path directory) {
    Path own = spec.equals("memory") ? null : directory.resolve(spec.replace(':', '-'));
    return KvEnvironment.system().open(spec, own, KvOptions.defaults());
  }

  static KvStore openMemory() {
    return KvEnvironment.system().open("memory", null, KvOptions.defaults());
  }

  /** Returns the store as if it lacked a feature that is an operation. */
  static KvStore without(KvFeature missing, KvStore store) {
    Set<KvFeature> rest = EnumSet.copyOf(store.features());
    rest.remove(missing);
    return new FilterKvStore(store) {
      @Override
      public Set<KvFeature> features() {
        return Collections.unmodifiableSet(rest);
      }

      @Override
      public KvCursor scan(KeyRange range) {
        check(KvFeature.ORDERED, "scan");
        return super.scan(range);
      }

      @Override
      public boolean compareAndSet(
          byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
        check(KvFeature.COMPARE_AND_SET, "compareAndSet");
        return super.compareAndSet(key, expected, replacement);
      }

      private void check(KvFeature needed, String operation) {
        if (needed == missing) {
          throw missing.unsupported(operation);
        }
      }
    };
  }
}
