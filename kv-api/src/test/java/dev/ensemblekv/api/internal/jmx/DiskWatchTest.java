// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.KvExecutor;
import dev.ensemblekv.spi.io.Disk;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A disk that has little space left is told of before it is full, once. */
class DiskWatchTest {
  private static final long LOW = DiskWatch.LEAST_BYTES;
  private static final Path DIRECTORY = Path.of("/data/music");
  private static final Path OTHER = Path.of("/more/music");

  private final HandExecutor executor = new HandExecutor();
  private final List<KvEvent> told = new ArrayList<>();
  private final Disk disk =
      (Disk)
          Proxy.newProxyInstance(
              Disk.class.getClassLoader(),
              new Class<?>[] {Disk.class},
              (proxy, method, arguments) -> usableBytes(method.getName(), (Path) arguments[0]));
  private final Map<Path, Long> free = new HashMap<>(Map.of(DIRECTORY, 2 * LOW, OTHER, 2 * LOW));
  private final Map<Path, Long> taken = new LinkedHashMap<>(Map.of(DIRECTORY, 0L));

  private boolean isTakenKnown = true;

  private Object usableBytes(String method, Path directory) throws IOException {
    assertThat(method).isEqualTo("usableBytes");
    Long bytes = free.get(directory);
    if (bytes == null) {
      throw new IOException("the disk is away");
    }
    return bytes;
  }

  /** Runs what is due when the test says so. */
  private static final class HandExecutor implements KvExecutor {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<Duration> delays = new ArrayList<>();

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Scheduled schedule(Runnable task, Duration delay) {
      tasks.add(task);
      delays.add(delay);
      return () -> tasks.remove(task);
    }

    @Override
    public long nanoTime() {
      return 0;
    }
  }

  private DiskWatch watch(@Nullable Path directory) {
    StoreFacts facts =
        new StoreFacts("id", directory, false, true, "Engine", disk, Clock.systemUTC(), executor);
    return new DiskWatch(facts, this::taken, told::add);
  }

  private Map<Path, Long> taken() {
    if (!isTakenKnown) {
      throw new IllegalStateException("nobody knows");
    }
    return taken;
  }

  private void look(long freeNow) {
    free.put(DIRECTORY, freeNow);
    look();
  }

  private void look() {
    executor.tasks.remove().run();
  }

  private List<@Nullable Object> pathsTold() {
    return told.stream().<@Nullable Object>map(event -> event.attributes().get("path")).toList();
  }

  @Test
  void littleSpaceIsToldOnceUntilThereIsClearlyMore() {
    watch(DIRECTORY).start();
    look(LOW);
    assertThat(told).isEmpty();

    look(LOW - 1);
    look(LOW / 2);
    look(LOW + LOW / 4 - 1);
    look(LOW - 1);
    assertThat(told).hasSize(1);

    look(LOW + LOW / 4);
    look(LOW - 1);
    assertThat(told).hasSize(2);
  }

  @Test
  void aLookThatFailsIsNotTheLast() {
    watch(DIRECTORY).start();
    isTakenKnown = false;
    assertThatThrownBy(() -> look(LOW - 1)).hasMessage("nobody knows");

    isTakenKnown = true;
    look(LOW - 1);
    assertThat(pathsTold()).containsExactly(DIRECTORY.toString());
  }

  @Test
  void theEventSaysWhatIsLeftAndWhere() {
    watch(DIRECTORY).start();

    look(LOW - 1);

    KvEvent event = told.get(0);
    assertThat(event.kind()).isEqualTo(KvEvent.Kind.DISK_LOW);
    assertThat(event.text())
        .startsWith("the disk of " + DIRECTORY + " has " + (LOW - 1) + " bytes left")
        .contains("free some space");
    assertThat(event.attributes())
        .containsEntry("path", DIRECTORY.toString())
        .containsEntry("freeBytes", LOW - 1)
        .containsEntry("lowBytes", LOW);
  }

  @Test
  void aGreatStoreIsToldOfEarlier() {
    taken.put(DIRECTORY, 40 * LOW);
    watch(DIRECTORY).start();

    look(2 * LOW);
    assertThat(told).isEmpty();
    look(2 * LOW - 1);
    assertThat(told).hasSize(1);
  }

  @Test
  void eachDirectoryIsToldOfByItself() {
    taken.put(OTHER, 0L);
    watch(DIRECTORY).start();

    free.put(OTHER, LOW - 1);
    look();
    look();
    assertThat(pathsTold()).containsExactly(OTHER.toString());

    look(LOW - 1);
    assertThat(pathsTold()).containsExactly(OTHER.toString(), DIRECTORY.toString());

    free.put(OTHER, 2 * LOW);
    look();
    free.put(OTHER, 0L);
    look();
    assertThat(pathsTold())
        .containsExactly(OTHER.toString(), DIRECTORY.toString(), OTHER.toString());
  }

  @Test
  void whatADirectoryHoldsMakesOnlyThatOneBeToldOfEarlier() {
    taken.put(OTHER, 40 * LOW);
    watch(DIRECTORY).start();
    free.put(OTHER, 2 * LOW - 1);

    look(2 * LOW - 1);

    assertThat(pathsTold()).containsExactly(OTHER.toString());
  }

  @Test
  void aDiskThatCannotBeAskedHidesNoOther() {
    taken.put(OTHER, 0L);
    watch(DIRECTORY).start();
    free.remove(DIRECTORY);
    free.put(OTHER, 0L);

    look();

    assertThat(pathsTold()).containsExactly(OTHER.toString());
  }

  @Test
  void theFirstLookIsAtOnceAndTheOthersFollow() {
    DiskWatch watch = watch(DIRECTORY);
    assertThat(executor.tasks).isEmpty();

    watch.start();
    watch.start();
    look(LOW);

    assertThat(executor.tasks).hasSize(1);
    assertThat(executor.delays).containsExactly(Duration.ZERO, DiskWatch.PERIOD);
  }

  @Test
  void aDiskThatCannotBeAskedIsAskedAgain() {
    watch(DIRECTORY).start();
    free.remove(DIRECTORY);
    look();

    look(0);

    assertThat(told).hasSize(1);
  }

  @Test
  void afterTheEndNothingIsLookedAtOrTold() {
    DiskWatch watch = watch(DIRECTORY);
    watch.start();
    Runnable underWay = executor.tasks.element();

    watch.close();

    assertThat(executor.tasks).isEmpty();
    free.put(DIRECTORY, 0L);
    underWay.run();
    assertThat(told).isEmpty();
    assertThat(executor.tasks).isEmpty();
  }

  @Test
  void aStoreWithoutADirectoryHasNoDisk() {
    watch(null).start();

    assertThat(executor.tasks).isEmpty();
  }
}
