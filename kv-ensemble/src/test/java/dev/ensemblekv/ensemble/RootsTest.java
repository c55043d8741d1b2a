// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.control;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.ForeignDirectoryException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreLockedException;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.tck.sim.ManualExecutor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An ensemble over several disks: directories on the real one, whose free space and handles are
 * made up.
 */
class RootsTest {
  private static final int KEYS = 200;

  private final Map<Path, Long> free = new ConcurrentHashMap<>();
  private final AtomicLong handles = new AtomicLong(1000);
  private final ManualExecutor executor = new ManualExecutor();
  private final KvEnvironment environment =
      KvEnvironment.builder().executor(executor).disk(disk()).build();

  @TempDir Path temporary;
  private Path home;
  private Path first;
  private Path second;

  @BeforeEach
  void nameDirectories() {
    home = temporary.resolve("store");
    first = temporary.resolve("disk1");
    second = temporary.resolve("disk2");
    free.put(home, 1000L << 20);
    free.put(first, 1000L << 20);
    free.put(second, 1000L << 20);
  }

  /** Returns the real disk, but for the space where the test says what there is. */
  private Disk disk() {
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
              try {
                if (method.getName().equals("freeHandles")) {
                  return handles.get();
                }
                if (method.getName().equals("usableBytes")) {
                  Long bytes = free.get((Path) arguments[0]);
                  if (bytes != null) {
                    return bytes;
                  }
                }
                return method.invoke(Disk.real(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static UnaryOperator<KvOptions.Builder> roots(Path... paths) {
    String list = Stream.of(paths).map(Path::toString).collect(Collectors.joining(","));
    return options -> options.set(EnsembleOptions.ROOTS, list);
  }

  private KvStore create(UnaryOperator<KvOptions.Builder> with) {
    return environment.open(
        "ensemble:json", home, with.apply(options(3, 1000).toBuilder()).build());
  }

  private KvStore reopen(UnaryOperator<KvOptions.Builder> with) {
    return environment.open(null, home, with.apply(KvOptions.builder()).build());
  }

  private KvStore reopen() {
    return reopen(UnaryOperator.identity());
  }

  private static void fill(KvStore store) {
    for (int i = 0; i < KEYS; i++) {
      store.put(bytes("key" + i), bytes("value" + i));
    }
  }

  private static void assertFilled(KvStore store) {
    assertThat(store.size()).isEqualTo(KEYS);
    for (int i = 0; i < KEYS; i++) {
      assertThat(store.get(bytes("key" + i))).isEqualTo(bytes("value" + i));
    }
  }

  private void splitNow(KvStore store, String substore) {
    control(store).splitNow(substore);
    executor.runAll();
    assertThat(control(store).status().problem()).isEmpty();
  }

  private static List<String> substoresIn(Path root) throws IOException {
    Path substores = root.resolve("substores");
    if (!Files.exists(substores)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(substores)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static List<String> namesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Map<String, String> facts(KvStore store) {
    return store.stats().facts();
  }

  private static long metric(KvStats stats, String name) {
    return stats.metric(name).orElseThrow().asLong();
  }

  // --- placing

  @Test
  void substoresAreSpreadAndFoundAgainByTheDirectoryAlone() throws Exception {
    try (KvStore store = create(roots(first, second))) {
      fill(store);
    }
    assertThat(substoresIn(home)).containsExactly("0000");
    assertThat(substoresIn(first)).containsExactly("0001");
    assertThat(substoresIn(second)).containsExactly("0002");
    try (KvStore store = reopen()) {
      assertFilled(store);
      assertThat(facts(store)).containsEntry("root2", second.toString());
      assertThat(metric(store.stats(), "root2Substores")).isEqualTo(1);
      assertThat(metric(store.stats(), "root2FreeBytes")).isEqualTo(1000L << 20);
      assertThat(metric(store.stats(), "root2LiveBytes")).isPositive();
      assertThat(store.stats().substores().get(2).facts()).containsEntry("root", "2");
    }
  }

  @Test
  void anEnsembleInOneDirectoryDoesNotSpeakOfRoots() {
    try (KvStore store = create(roots())) {
      assertThat(facts(store).keySet()).noneMatch(name -> name.startsWith("root"));
      assertThat(store.stats().substores().get(0).facts()).doesNotContainKey("root");
    }
  }

  @Test
  void newSubstoresGoWhereEachHasTheMostSpace() throws Exception {
    free.put(home, 100L << 20);
    free.put(first, 100L << 20);
    free.put(second, 350L << 20);
    try (KvStore store = create(roots(first, second))) {
      assertThat(substoresIn(second)).hasSize(3);
      fill(store);
      splitNow(store, "0000");
      splitNow(store, "0001");
      splitNow(store, "0002");
    }
    assertThat(substoresIn(home)).hasSize(1);
    assertThat(substoresIn(first)).hasSize(1);
    assertThat(substoresIn(second)).hasSize(4);
  }

  @Test
  void aRootWithoutSpaceIsPassedOverAndIfAllAreItIsSaid() throws Exception {
    try (KvStore store = create(roots(first))) {
      fill(store);
      free.put(home, 10L);
      splitNow(store, "0000");
      assertThat(substoresIn(first)).contains("0003");
      free.put(first, 20L);
      control(store).splitNow("0001");
      executor.runAll();
      assertThat(control(store).status().problem().orElseThrow())
          .contains(home + ") has 10 bytes left")
          .contains(first + ") has 20 bytes left");
      assertThat(store.stats().substores()).hasSize(4);
    }
  }

  @Test
  void whoListensHearsOfEachRootThatHasLittleSpaceLeft() throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName bean = new ObjectName("dev.ensemblekv:type=Store,store=spread");
    List<Object> low = new ArrayList<>();
    try (KvStore store =
        create(options -> roots(first, second).apply(options.set(KvOptions.NAME, "spread")))) {
      server.addNotificationListener(
          bean,
          (notification, handback) ->
              low.add(((CompositeData) notification.getUserData()).get("path")),
          notification -> notification.getType().equals(KvEvent.Kind.DISK_LOW.type()),
          null);
      executor.runAll();
      assertThat(low).isEmpty();

      free.put(second, 1L << 20);
      executor.advance(Duration.ofSeconds(10));
      assertThat(low).containsExactly(second.toString());

      free.put(home, 1L << 20);
      executor.advance(Duration.ofSeconds(10));
      assertThat(low).containsExactly(second.toString(), home.toString());
      assertThat(substoresIn(second)).as("of %s", store).isNotEmpty();
    }
  }

  @Test
  void aRootThatIsAddedTakesNewSubstores() throws Exception {
    try (KvStore store = create(roots())) {
      fill(store);
    }
    try (KvStore store = reopen(roots(first))) {
      splitNow(store, "0000");
    }
    assertThat(substoresIn(first)).containsExactly("0003");
    try (KvStore store = reopen()) {
      assertFilled(store);
    }
  }

  @Test
  void aRootThatIsNotListedAnyMoreKeepsWhatItHasAndGetsNothingNew() throws Exception {
    free.put(first, 9000L << 20);
    try (KvStore store = create(roots(first, second))) {
      fill(store);
    }
    assertThat(substoresIn(first)).hasSize(3);
    try (KvStore store = reopen(roots(second))) {
      splitNow(store, "0000");
      assertFilled(store);
    }
    assertThat(substoresIn(first)).hasSize(3);
  }

  @Test
  void aRootThatHoldsNothingAndIsNotListedMayGo() throws Exception {
    free.put(second, 1L);
    try (KvStore store = create(roots(first, second))) {
      fill(store);
    }
    delete(second);
    try (KvStore store = reopen(roots(first))) {
      assertFilled(store);
      assertThat(facts(store)).doesNotContainKey("root2");
    }
  }

  @Test
  void nothingIsSplitWhereItsFilesCouldNotBeOpened() throws Exception {
    try (KvStore store = create(roots())) {
      fill(store);
      handles.set(63);
      control(store).splitNow("0000");
      executor.runAll();
      assertThat(control(store).status().problem().orElseThrow())
          .contains("only 63 more files")
          .contains("ulimit");
      assertThat(substoresIn(home)).hasSize(3);
      handles.set(64);
      executor.advance(Duration.ofSeconds(1));
      assertThat(substoresIn(home)).hasSize(4);
    }
  }

  // --- finding

  @Test
  void rootsAreFoundWhereverTheyAreMounted() throws Exception {
    try (KvStore store = create(roots(first, second))) {
      fill(store);
    }
    Path elsewhere = temporary.resolve("elsewhere");
    Files.move(first, elsewhere);
    Files.move(second, first);
    try (KvStore store = reopen(roots(first, elsewhere))) {
      assertFilled(store);
      assertThat(facts(store))
          .containsEntry("root1", elsewhere.toString())
          .containsEntry("root2", first.toString());
    }
    try (KvStore store = reopen()) {
      assertFilled(store);
    }
  }

  @Test
  void aMissingRootIsNamedWithItsSubstoresAndNothingIsPutInItsPlace() throws Exception {
    try (KvStore store = create(roots(first, second))) {
      fill(store);
    }
    Path unmounted = temporary.resolve("unmounted");
    Files.move(second, unmounted);
    assertThatThrownBy(this::reopen)
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("root 2 is missing")
        .hasMessageContaining("substores 0002;")
        .hasMessageContaining(second.toString());
    Files.createDirectory(second); // the place where the disk is mounted otherwise
    assertThatThrownBy(this::reopen).hasMessageContaining("root 2 is missing");
    assertThat(namesIn(second)).isEmpty();
    Files.delete(second);
    Files.move(unmounted, second);
    try (KvStore store = reopen()) {
      assertFilled(store);
    }
  }

  @Test
  void aListedRootMustBeThereEvenIfItHoldsNothing() throws Exception {
    free.put(second, 1L);
    create(roots(first, second)).close();
    delete(second);
    assertThatThrownBy(this::reopen)
        .hasMessageContaining("root 2 is missing")
        .hasMessageContaining("no substore");
  }

  @Test
  void theRootOfAnotherEnsembleIsRefused() throws Exception {
    create(roots(first)).close();
    Path other = temporary.resolve("other");
    KvOptions same = roots(first).apply(KvOptions.builder()).build();
    assertThatThrownBy(() -> environment.open("ensemble:json", other, same))
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("another ensemble");
    assertThat(Files.exists(other)).isFalse();

    KvOptions its = roots(second).apply(KvOptions.builder()).build();
    environment.open("ensemble:json", other, its).close();
    Path right = temporary.resolve("right");
    Files.move(first, right);
    Files.move(second, first); // the wrong disk is mounted
    assertThatThrownBy(this::reopen)
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("another ensemble")
        .hasMessageContaining(first.toString());
    Files.move(first, second);
    Files.move(right, first);
    reopen().close();
  }

  @Test
  void aCopyOfARootIsNotTakenForIt() throws Exception {
    create(roots(first)).close();
    Files.createDirectory(second);
    Files.copy(first.resolve("ROOT"), second.resolve("ROOT"));
    assertThatThrownBy(() -> reopen(roots(first, second)))
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("as well");
  }

  @Test
  void oneRootByTwoPathsIsOne() throws Exception {
    create(roots(first)).close();
    Path link = Files.createSymbolicLink(temporary.resolve("link"), first);
    try (KvStore store = reopen(roots(link))) {
      assertThat(facts(store)).containsEntry("root1", link.toString());
    }
  }

  @Test
  void aDirectoryWithOtherFilesIsRefusedAndStaysAsItIs() throws Exception {
    Files.createDirectory(second);
    Files.writeString(second.resolve("diary"), "private");
    assertThatThrownBy(() -> create(roots(first, second)))
        .isInstanceOf(ForeignDirectoryException.class)
        .hasMessageContaining("diary");
    assertThat(namesIn(second)).containsExactly("diary");
    assertThat(Files.exists(home)).isFalse();
    assertThat(Files.exists(first)).isFalse();
  }

  // --- creating, locking, destroying

  @Test
  void aCreationThatFailsLeavesNothingInTheRoots() throws Exception {
    assertThatThrownBy(
            () -> create(options -> roots(first).apply(options).require(KvFeature.SNAPSHOT)))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(namesIn(first)).isEmpty();
    try (KvStore store = create(roots(first))) {
      fill(store);
    }
  }

  @Test
  void aCopyOfTheDirectoryCannotBeOpenedBesideIt() throws Exception {
    try (KvStore store = create(roots(first, second))) {
      fill(store);
    }
    Path copy = temporary.resolve("copy");
    copy(home, copy);
    try (KvStore store = reopen()) {
      assertThatThrownBy(() -> environment.open(null, copy, KvOptions.defaults()))
          .isInstanceOf(StoreLockedException.class)
          .hasMessageContaining("another copy");
      assertFilled(store);
    }
    assertThatCode(() -> reopen().close()).doesNotThrowAnyException();
  }

  @Test
  void destroyingDeletesWhatIsInTheRootsAndLeavesThemEmpty() throws Exception {
    try (KvStore store = create(roots(first, second))) {
      fill(store);
    }
    environment.destroy(home);
    assertThat(Files.exists(home)).isFalse();
    assertThat(namesIn(first)).isEmpty();
    assertThat(namesIn(second)).isEmpty();
    create(roots(first, second)).close();
  }

  @Test
  void nothingIsDestroyedWhileARootIsMissing() throws Exception {
    try (KvStore store = create(roots(first, second))) {
      fill(store);
    }
    Path unmounted = temporary.resolve("unmounted");
    Files.move(second, unmounted);
    assertThatThrownBy(() -> environment.destroy(home)).hasMessageContaining("root 2 is missing");
    Files.move(unmounted, second);
    try (KvStore store = reopen()) {
      assertFilled(store);
    }
  }

  @Test
  void readingOnlyChangesNothingAndNeedsAllThatThereIs() throws Exception {
    try (KvStore store = create(roots(first))) {
      fill(store);
    }
    UnaryOperator<KvOptions.Builder> readOnly = options -> options.set(KvOptions.READ_ONLY, true);
    try (KvStore store = reopen(options -> readOnly.apply(roots(first, second).apply(options)))) {
      assertFilled(store);
    }
    assertThat(Files.exists(second)).isFalse();
    Files.move(first, temporary.resolve("unmounted"));
    assertThatThrownBy(() -> reopen(readOnly)).hasMessageContaining("root 1 is missing");
  }

  private static void copy(Path from, Path to) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(from)) {
      walk.forEach(files::add);
    }
    for (Path file : files) {
      Files.copy(file, to.resolve(from.relativize(file)));
    }
  }

  private static void delete(Path root) throws IOException {
    for (String name : namesIn(root)) {
      Files.delete(root.resolve(name));
    }
    Files.delete(root);
  }
}
