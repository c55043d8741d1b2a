// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.management.MBeanServer;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;

/** What happens to a store is sent to those who listen to its bean. */
class NotificationsTest {
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
  private static final byte[] KEY = "key".getBytes(UTF_8);
  private static final String VALUE = "a value that is found on the disk";

  private final SimulatedMachine machine = new SimulatedMachine(1, UnaryOperator.identity());
  private final List<Notification> received = new ArrayList<>();

  private static KvStore open(SimulatedMachine on, String name) {
    return open(on, name, KvOptions.defaults());
  }

  private static KvStore open(SimulatedMachine on, String name, KvOptions more) {
    KvOptions options = more.toBuilder().set(KvOptions.NAME, name).build();
    return on.environment().open("extent", on.directory(), options);
  }

  private static ObjectName bean(String name) throws Exception {
    return new ObjectName("dev.ensemblekv:type=Store,store=" + name);
  }

  private void listen(String name) throws Exception {
    SERVER.addNotificationListener(
        bean(name), (notification, handback) -> received.add(notification), null, null);
  }

  /** Returns the only notification of a kind. */
  private Notification received(KvEvent.Kind kind) {
    machine.executor().runAll();
    List<Notification> ofKind =
        received.stream().filter(each -> each.getType().equals(kind.type())).toList();
    assertThat(ofKind).as("%s among %s", kind, received).hasSize(1);
    return ofKind.get(0);
  }

  @Test
  void aCompaction() throws Exception {
    try (KvStore store = open(machine, "compacted")) {
      listen("compacted");
      for (int i = 0; i < 10; i++) {
        store.put(KEY, new byte[1000]);
      }
      store.compact();

      CompositeData details =
          (CompositeData) received(KvEvent.Kind.COMPACTION_FINISHED).getUserData();

      assertThat((Long) details.get("bytes")).isGreaterThan(10 * 1000);
      assertThat((Long) details.get("movedBytes")).isBetween(1000L, 2000L);
      assertThat(received(KvEvent.Kind.TASK_FINISHED).getMessage()).contains("compact SUCCEEDED");
    }
  }

  /** All is overwritten again and again before anything is compacted. */
  @Test
  void aStall() throws Exception {
    KvOptions small =
        KvOptions.builder()
            .set(ExtentOptions.SEGMENT_SIZE, 4L << 20)
            .set(ExtentOptions.REPLAY_SIZE, 64L << 20)
            .build();
    try (KvStore store = open(machine, "stalled", small)) {
      listen("stalled");
      for (int i = 0; i < 400; i++) {
        store.put(new byte[] {(byte) (i % 40)}, new byte[100 << 10]);
      }

      assertThat(received(KvEvent.Kind.STALL).getMessage()).contains("slowed down");
    }
  }

  @Test
  void damageThatAReadMeets() throws Exception {
    try (KvStore store = open(machine, "damaged")) {
      listen("damaged");
      store.put(KEY, VALUE.getBytes(UTF_8));
      store.flush();
      Path file = damage();

      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(CorruptionException.class);
      }

      CompositeData details = (CompositeData) received(KvEvent.Kind.CORRUPTION).getUserData();
      assertThat(details.get("path")).isEqualTo(file.toString());
      assertThat((Long) details.get("offset")).isNotNegative();
    }
  }

  /** Changes the value where it is on the disk, and returns the file. */
  private Path damage() throws Exception {
    for (String name : machine.disk().list(machine.directory())) {
      Path file = machine.directory().resolve(name);
      int offset = new String(machine.disk().contents(file), ISO_8859_1).indexOf(VALUE);
      if (offset >= 0) {
        machine.disk().flipBit(file, offset + 3, 2);
        return file;
      }
    }
    throw new AssertionError("the value is in no file");
  }

  @Test
  void aFailedStore() throws Exception {
    KvStore store = open(machine, "failed");
    listen("failed");
    store.put(KEY, KEY);
    machine.disk().faults().fail(DiskOperation.FORCE, 0);

    assertThatThrownBy(store::flush).isInstanceOf(KvException.class);

    String message = received(KvEvent.Kind.STORE_FAILED).getMessage();
    assertThat(message).startsWith("the log cannot be made durable");
    assertThat(SERVER.getAttribute(bean("failed"), "State")).isEqualTo("FAILED");
    assertThat(SERVER.getAttribute(bean("failed"), "Problem"))
        .as("with the operation that met it first")
        .isEqualTo("flush on store 'failed': " + message);
    assertThatThrownBy(store::close).isInstanceOf(KvException.class);
  }

  /** Some of the ends that a loss of power can leave are torn. */
  @Test
  void aTornTailThatOpeningFound() throws Exception {
    KvStore store = open(machine, "lost");
    for (int i = 0; i < 10; i++) {
      store.put(KEY, new byte[1000]);
    }
    String found = "";
    for (int seed = 0; seed < 100 && !found.contains("RECOVERY_FOUND"); seed++) {
      SimulatedMachine again = machine.afterCrash(seed);
      try (KvStore recovered = open(again, "found")) {
        assertThat(recovered.size()).isLessThanOrEqualTo(1);
        found = String.join("\n", (String[]) SERVER.getAttribute(bean("found"), "RecentEvents"));
      }
    }
    assertThat(found).contains("RECOVERY_FOUND the store was not closed");
    store.close();
  }
}
