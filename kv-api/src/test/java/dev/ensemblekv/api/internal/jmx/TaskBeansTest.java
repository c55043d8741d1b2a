// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.jmx.TaskMXBean;
import dev.ensemblekv.spi.KvEvent;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import javax.management.JMX;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the bean of a task tells while the task is at work, and what it does to it. */
class TaskBeansTest {
  private final Queue<Runnable> work = new ArrayDeque<>();
  private final List<KvEvent> events = new ArrayList<>();
  private final BeanRegistry registry = new BeanRegistry();
  private final TaskBeans beans =
      new TaskBeans(registry, StoreName.of("tasks"), new MovedClock(), events::add);
  private Instant now = Instant.ofEpochSecond(7);

  private final class MovedClock extends Clock {
    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private TaskMXBean bean() {
    return JMX.newMXBeanProxy(
        ManagementFactory.getPlatformMBeanServer(), beans.names()[0], TaskMXBean.class);
  }

  private void run(KvTask.Body body) {
    beans.add(KvTask.start(work::add, "verify", "keys", body));
    work.remove().run();
  }

  @Test
  void whatIsAtWorkTellsWhenItWillEnd() {
    run(
        progress -> {
          assertThat(bean().getRemainingMillis()).as("nothing is known").isEqualTo(-1);
          progress.total(10);
          progress.advance(1);
          now = now.plusSeconds(9);
          assertThat(bean().getProgress()).isEqualTo(0.1);
          assertThat(bean().getRemainingMillis()).isEqualTo(81_000);
          assertThat(bean().getEnded()).isNull();
          assertThat(bean().await(0)).isFalse();
        });
    assertThat(bean().getState()).isEqualTo("SUCCEEDED");
    assertThat(bean().getRemainingMillis()).isZero();
    assertThat(bean().getEnded()).isEqualTo(now);
    assertThat(bean().await(Long.MAX_VALUE)).isTrue();
  }

  @Test
  void whatIsAtWorkEndsAtTheStepAfterItWasCancelled() {
    run(
        progress -> {
          progress.advance(1);
          bean().cancel();
          assertThat(bean().getState()).isEqualTo("RUNNING");
          progress.advance(1);
          throw new AssertionError("it goes on");
        });
    assertThat(bean().getState()).isEqualTo("CANCELLED");
    assertThat(bean().getDone()).isEqualTo(2);
    assertThat(bean().getError()).isEmpty();
    assertThat(bean().getEnded()).isNotNull();
    assertThat(events).extracting(KvEvent::text).containsExactly("verify CANCELLED, 2 keys");
  }
}
