// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.extent.ExtentOptions.Access;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MappingBudgetTest {
  private final MappingBudget budget = new MappingBudget(1000, 10);
  private final AtomicInteger told = new AtomicInteger();

  private MappingBudget.Share share(Access access) {
    MappingBudget.Share share = budget.share(access);
    share.onExceeded(told::incrementAndGet);
    return share;
  }

  @Test
  void allStoresAreMappedOrNone() {
    MappingBudget.Share first = share(Access.AUTO);
    MappingBudget.Share second = share(Access.AUTO);
    first.resize(400, 1);
    second.resize(600, 1);
    assertThat(first.ofSealed()).isTrue();
    assertThat(second.ofSealed()).isTrue();
    assertThat(told).hasValue(0);
    second.resize(601, 1);
    assertThat(first.ofSealed()).isFalse();
    assertThat(second.ofSealed()).isFalse();
    assertThat(first.ofGrowing()).isTrue();
    assertThat(told).as("both are told").hasValue(2);
    second.resize(700, 1);
    assertThat(told).as("once").hasValue(2);
    first.close();
    first.close();
    assertThat(second.ofSealed()).isTrue();
    second.resize(1001, 1);
    assertThat(told).as("who is closed is not told").hasValue(3);
  }

  @Test
  void mappingsAreCountedToo() {
    MappingBudget.Share share = share(Access.AUTO);
    share.resize(1, 10);
    assertThat(share.ofSealed()).isTrue();
    share.resize(1, 11);
    assertThat(share.ofSealed()).isFalse();
  }

  @Test
  void whoSaysHowItWantsItIsNotAsked() {
    MappingBudget.Share mapped = share(Access.MAPPED);
    MappingBudget.Share positioned = share(Access.POSITIONED);
    MappingBudget.Share auto = share(Access.AUTO);
    positioned.resize(5000, 1);
    assertThat(auto.ofSealed()).as("what is not mapped does not count").isTrue();
    assertThat(positioned.ofSealed()).isFalse();
    assertThat(positioned.ofGrowing()).isFalse();
    mapped.resize(5000, 1);
    assertThat(auto.ofSealed()).as("what is mapped does").isFalse();
    assertThat(mapped.ofSealed()).isTrue();
    assertThat(mapped.ofGrowing()).isTrue();
  }

  @Test
  void theProcessHasOneOfAboutHalfTheMemory() {
    MappingBudget.Share share = MappingBudget.ofProcess().share(Access.AUTO);
    try (share) {
      share.resize(1L << 20, 1);
      assertThat(share.ofSealed()).isTrue();
      share.resize(1L << 50, 1);
      assertThat(share.ofSealed()).isFalse();
    }
  }
}
