// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The backend of a model: stores that keep nothing but accounts.
 *
 * @param accounts of all of them together
 */
record AccountingBackend(Accounts accounts) implements KvBackend {
  static final String NAME = "accounting";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Keeps accounts of what it would store, for models of growth.";
  }

  @Override
  public Set<KvFeature> features() {
    return EnumSet.noneOf(KvFeature.class);
  }

  @Override
  public KvLimits limits() {
    return AccountingStore.LIMITS;
  }

  @Override
  public List<KvOption<?>> options() {
    return List.of();
  }

  @Override
  public KvStore open(KvOpenContext context) {
    return new AccountingStore(context, accounts);
  }
}
