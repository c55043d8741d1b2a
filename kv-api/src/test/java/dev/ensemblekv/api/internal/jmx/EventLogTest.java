// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.spi.KvEvent;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(7), ZoneOffset.UTC);

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final EventLog log = new EventLog(CLOCK, tasks::add);
  private final List<String> heard = new ArrayList<>();
  private final Consumer<EventLog.Entry> listener = this::hear;

  private void hear(EventLog.Entry entry) {
    heard.add(entry.sequence() + entry.substore() + ":" + entry.event().text());
  }

  private void emit(String text) {
    log.emit(KvEvent.of(KvEvent.Kind.STALL, text));
  }

  @Test
  void whatHappensIsDeliveredLaterAndInOrder() {
    log.listen(listener);
    emit("a");
    log.of("0007").emit(KvEvent.of(KvEvent.Kind.STALL, "b"));
    assertThat(heard).isEmpty();
    assertThat(tasks).hasSize(1);

    tasks.remove().run();

    assertThat(heard).containsExactly("1:a", "20007:b");
    emit("c");
    tasks.remove().run();
    assertThat(heard).hasSize(3);
  }

  @Test
  void asLongAsNobodyListensNothingIsExecuted() {
    emit("a");

    assertThat(tasks).isEmpty();
    assertThat(log.recent()).hasSize(1);
    log.listen(listener);
    log.deliver();
    assertThat(heard).isEmpty();
  }

  @Test
  void theLastEventsAreKept() {
    for (int i = 1; i <= EventLog.MOST_KEPT + 2; i++) {
      emit("event" + i);
    }

    assertThat(log.recent()).hasSize(EventLog.MOST_KEPT);
    assertThat(log.recent().get(0).event().text()).isEqualTo("event3");
    assertThat(log.recent().get(0)).hasToString("1970-01-01T00:00:07Z STALL event3");
  }

  @Test
  void ofTheProgressOfASplitTheLatestIsKeptAndAllIsDelivered() {
    log.listen(listener);
    emit("stall");
    for (int tenth = 1; tenth <= EventLog.MOST_KEPT; tenth++) {
      log.emit(KvEvent.of(KvEvent.Kind.SPLIT_PROGRESS, "tenth" + tenth));
    }
    log.emit(KvEvent.of(KvEvent.Kind.SPLIT_FINISHED, "finished"));
    log.deliver();

    assertThat(log.recent().stream().map(entry -> entry.event().text()))
        .containsExactly("stall", "tenth" + EventLog.MOST_KEPT, "finished");
    assertThat(heard).hasSize(EventLog.MOST_KEPT + 2);
  }

  @Test
  void aListenerThatEndsHearsWhatIsPendingFirst() {
    log.listen(listener);
    emit("a");

    log.end(listener);
    emit("b");
    tasks.forEach(Runnable::run);

    assertThat(heard).containsExactly("1:a");
  }

  @Test
  void aListenerHearsAnEventOnceHoweverOftenItIsAdded() {
    log.listen(listener);
    log.listen(listener);
    emit("a");
    log.deliver();

    assertThat(heard).containsExactly("1:a");
  }

  @Test
  void anExecutorThatTakesNothingMoreIsNoFailure() {
    EventLog stopped =
        new EventLog(
            CLOCK,
            task -> {
              throw new RejectedExecutionException("stopped");
            });
    stopped.listen(listener);
    stopped.emit(KvEvent.of(KvEvent.Kind.STALL, "a"));
    stopped.deliver();

    assertThat(heard).containsExactly("1:a");
  }
}
