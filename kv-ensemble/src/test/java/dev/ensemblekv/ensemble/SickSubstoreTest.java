// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** An ensemble of which one substore has failed goes on without it, and says which and why. */
class SickSubstoreTest {
  private static final int KEYS = 100;
  private static final String CAUSE = "the log cannot be made durable";

  private final SimulatedMachine machine = new SimulatedMachine(1, UnaryOperator.identity());

  private static byte[] key(int number) {
    return ("key" + number).getBytes(UTF_8);
  }

  private static Object attribute(String name) throws Exception {
    return ManagementFactory.getPlatformMBeanServer()
        .getAttribute(new ObjectName("dev.ensemblekv:type=Store,store=sick"), name);
  }

  @Test
  void theOthersGoOn() throws Exception {
    KvOptions options = KvOptions.builder().set(KvOptions.NAME, "sick").build();
    KvStore store = machine.environment().open("ensemble:extent", machine.directory(), options);
    for (int i = 0; i < KEYS; i++) {
      store.put(key(i), key(i));
    }
    machine
        .disk()
        .faults()
        .fail(DiskOperation.FORCE, path -> path.toString().contains("/0001/"), 0, 1);

    assertThatThrownBy(store::flush).isInstanceOf(KvException.class).hasMessageContaining(CAUSE);

    assertThat(attribute("State")).isEqualTo("DEGRADED");
    assertThat(attribute("Problem").toString()).contains("0001 is FAILED", CAUSE);
    assertThat((String[]) attribute("RecentEvents"))
        .filteredOn(event -> event.contains("STORE_FAILED"))
        .singleElement()
        .asString()
        .contains("substore 0001", CAUSE);
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      assertThat(store.get(key(i))).isEqualTo(key(i));
      try {
        store.put(key(i), key(i));
      } catch (StoreFailedException e) {
        refused.add(e.store().orElse(""));
      }
    }
    assertThat(refused).hasSizeBetween(1, KEYS / 2).containsOnly("sick/0001");
    assertThatThrownBy(store::close).isInstanceOf(KvException.class).hasMessageContaining(CAUSE);
  }
}
