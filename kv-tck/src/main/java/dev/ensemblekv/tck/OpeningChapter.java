// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.ForeignDirectoryException;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.ReadOnlyStoreException;
import dev.ensemblekv.api.StoreExistsException;
import dev.ensemblekv.api.StoreLockedException;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.api.StoreNotFoundException;
import dev.ensemblekv.api.UnknownBackendException;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.tck.faults.ChildJvm;
import dev.ensemblekv.tck.internal.ByteString;
import dev.ensemblekv.tck.report.Outcome;
import dev.ensemblekv.tck.sim.CrashExplorer;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Chapter 6: what opening finds, refuses, and leaves alone. */
abstract class OpeningChapter extends Chapter {

  private KvOptions with(UnaryOperator<KvOptions.Builder> change) {
    return change.apply(tck().options().toBuilder()).build();
  }

  private static Map<String, String> files(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        String content =
            Files.isDirectory(path) ? "directory" : ByteString.show(Files.readAllBytes(path));
        files.put(
            directory.relativize(path).toString(),
            content + " at " + Files.getLastModifiedTime(path));
      }
    }
    return files;
  }

  // 6.3

  /** If this fails, check that the lock is found by what a path leads to, not by its text. */
  @Test
  @Rule("6.3")
  @Requires(KvFeature.EXCLUSIVE)
  @DisplayName("KV-6.3 A directory that is open in this process is not opened again")
  void openTwiceInAProcess() throws IOException {
    store().put(key(0), value(0));
    Path link = Files.createSymbolicLink(temp.resolve("link"), directory());
    List<Path> ways = List.of(directory(), temp.resolve("x/../store"), link);
    for (Path way : ways) {
      assertThatExceptionOfType(StoreLockedException.class)
          .as("by %s", way)
          .isThrownBy(() -> open(way))
          .withMessageContaining(String.valueOf(ProcessHandle.current().pid()));
    }
    assertValue(store(), key(0), value(0));
    store().put(key(1), value(1));
    store().close();
    for (Path way : ways) {
      KvStore again = open(way);
      again.put(key(2), value(2));
      again.close();
    }
  }

  /** If this fails, check a registry in a static field: each class loader has its own. */
  @Test
  @Rule("6.3")
  @Requires(KvFeature.EXCLUSIVE)
  @DisplayName("KV-6.3 A directory that is open is not opened from another class loader")
  void openFromAnotherClassLoader() throws Exception {
    store().put(key(0), value(0));
    List<URL> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      path.add(url(Path.of(entry)));
    }
    try (URLClassLoader loader =
        new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> child = loader.loadClass(TckChild.class.getName());
      assertThat(child).isNotSameAs(TckChild.class);
      var open = child.getDeclaredMethod("open", String.class, String.class);
      open.setAccessible(true);
      String name = tck().getClass().getName();
      assertThat((String) open.invoke(null, name, directory().toString()))
          .as("opening by another class loader")
          .startsWith(StoreLockedException.class.getName());
      assertValue(store(), key(0), value(0));
      store().put(key(1), value(1));
      store().close();
      assertThat((String) open.invoke(null, name, directory().toString()))
          .as("after close")
          .isEqualTo(TckChild.OPENED);
    }
  }

  private static URL url(Path path) throws MalformedURLException {
    return path.toUri().toURL();
  }

  /** If this fails, check that a lock is the operating system's, and ends with its process. */
  @Test
  @Rule("6.3")
  @Requires(KvFeature.EXCLUSIVE)
  @DisplayName("KV-6.3 A directory open in another process is not opened, and the error names it")
  void openInAnotherProcess() throws Exception {
    store().close();
    try (ChildJvm child =
        ChildJvm.start(
            TckChild.class,
            temp.resolve("child"),
            tck().getClass().getName(),
            TckChild.HOLD,
            directory().toString())) {
      String line = inTime("the opening by the child", start(child::readLine));
      assertThat(line).as("%s", child.errors()).isEqualTo(TckChild.OPENED);
      assertThatExceptionOfType(StoreLockedException.class)
          .as("opening what another process has open")
          .isThrownBy(() -> open(directory()))
          .withMessageContaining(String.valueOf(child.pid()));
      child.kill();
      KvStore store = open(directory()); // its lock went with it
      store.put(key(0), value(0));
      store.close();
    }
  }

  // 6.4

  /** If this fails, check what is created before the directory's contents are looked at. */
  @Test
  @Rule("6.4")
  @DisplayName("KV-6.4 A directory with files but no store is refused and never written to")
  void foreignDirectories() throws IOException {
    Path foreign = Files.createDirectories(temp.resolve("foreign/inner")).resolve("..").normalize();
    Files.writeString(foreign.resolve("letter.txt"), "dear reader");
    Path single = Files.createDirectory(temp.resolve("single"));
    Files.writeString(single.resolve("data.log"), "");
    for (Path directory : List.of(foreign, single)) {
      Map<String, String> before = files(directory);
      for (KvOptions options :
          List.of(
              tck().options(),
              with(to -> to.set(KvOptions.CREATE_IF_MISSING, false)),
              with(to -> to.set(KvOptions.READ_ONLY, true)))) {
        assertThatExceptionOfType(ForeignDirectoryException.class)
            .isThrownBy(() -> open(directory, options));
      }
      assertThat(files(directory)).as("files of the foreign directory").isEqualTo(before);
    }
    Path file = Files.writeString(temp.resolve("file"), "a file");
    assertThatExceptionOfType(ForeignDirectoryException.class).isThrownBy(() -> open(file));
    assertThat(Files.readString(file)).isEqualTo("a file");
  }

  /** If this fails, check that the recorded spec is compared before anything is touched. */
  @Test
  @Rule("6.4")
  @DisplayName("KV-6.4 The directory of another backend is refused and left as it is")
  void otherBackends() throws IOException {
    store().put(key(0), value(0));
    store().close();
    Map<String, String> before = files(directory());
    KvEnvironment environment =
        tck().setUp(KvEnvironment.builder()).backend(new NeverOpened("tck-other", 1)).build();
    assertThatExceptionOfType(StoreMismatchException.class)
        .isThrownBy(() -> environment.open("tck-other", directory(), KvOptions.defaults()))
        .withMessageContaining(tck().spec())
        .withMessageContaining("tck-other");
    assertThatExceptionOfType(UnknownBackendException.class)
        .isThrownBy(() -> environment.open("tck-missing", directory(), KvOptions.defaults()))
        .withMessageContaining("tck-missing");
    assertThat(files(directory())).isEqualTo(before);
    open(directory()).close();
  }

  /** A backend whose opening must be refused before it is asked. */
  private static class NeverOpened implements KvBackend {
    private final String name;
    private final int formatVersion;

    NeverOpened(String name, int formatVersion) {
      this.name = name;
      this.formatVersion = formatVersion;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String description() {
      return "Never opened.";
    }

    @Override
    public Set<KvFeature> features() {
      return EnumSet.noneOf(KvFeature.class);
    }

    @Override
    public KvLimits limits() {
      return new KvLimits(
          KvLimits.MIN_MAX_KEY_BYTES, KvLimits.MIN_MAX_VALUE_BYTES, Integer.MAX_VALUE);
    }

    @Override
    public List<KvOption<?>> options() {
      return List.of();
    }

    @Override
    public int formatVersion() {
      return formatVersion;
    }

    @Override
    public KvStore open(KvOpenContext context) {
      throw new AssertionError("the backend was asked to open the store");
    }
  }

  /** A backend of the next release, which writes a newer format. */
  private static final class NextRelease extends NeverOpened {
    private final KvBackend backend;

    NextRelease(KvBackend backend) {
      super(backend.name(), backend.formatVersion() + 1);
      this.backend = backend;
    }

    @Override
    public Set<KvFeature> features() {
      return backend.features();
    }

    @Override
    public KvLimits limits() {
      return backend.limits();
    }

    @Override
    public List<KvOption<?>> options() {
      return backend.options();
    }

    @Override
    public boolean isLayer() {
      return backend.isLayer();
    }

    @Override
    public boolean needsDirectory() {
      return backend.needsDirectory();
    }

    @Override
    public KvStore open(KvOpenContext context) {
      return backend.open(context);
    }
  }

  /** If this fails, check that the version of the format is recorded when a store is created. */
  @Test
  @Rule("6.4")
  @DisplayName("KV-6.4 A store of a newer format is refused and left as it is")
  void newerFormats() throws IOException {
    KvBackend backend = tck().backend();
    KvEnvironment.Builder next = KvEnvironment.builder().backend(new NextRelease(backend));
    tck().otherBackends().forEach(next::backend);
    next.build().open(tck().spec(), directory(), tck().options()).close();
    Map<String, String> before = files(directory());
    assertThatExceptionOfType(StoreMismatchException.class)
        .as("opening a newer format")
        .isThrownBy(() -> open(directory()))
        .withMessageContaining(String.valueOf(backend.formatVersion() + 1))
        .withMessageContaining("newer release");
    assertThat(files(directory())).isEqualTo(before);
  }

  /** If this fails, check the option of kind FORMAT that the message names. */
  @Test
  @Rule("6.4")
  @DisplayName("KV-6.4 An option of kind FORMAT that differs from the recorded one is refused")
  void otherFormatOptions() {
    store().put(key(0), value(0));
    store().close();
    int tried = 0;
    for (KvOption<?> option : tck().backend().options()) {
      Optional<String> other = otherValue(option);
      if (option.kind() == KvOption.Kind.FORMAT && other.isPresent()) {
        tried++;
        assertThatExceptionOfType(StoreMismatchException.class)
            .as("%s=%s", option, other.get())
            .isThrownBy(() -> open(directory(), with(to -> to.set(option.name(), other.get()))))
            .withMessageContaining(option.name());
      }
    }
    KvStore again = open(directory());
    if (again.features().contains(KvFeature.PERSISTENT)) {
      assertValue(again, key(0), value(0));
    }
    again.close();
    Assumptions.assumeTrue(
        tried > 0, Outcome.doesNotBind("this backend, which has no FORMAT option"));
  }

  /** Finds a value that the option takes and that is not the one it has. */
  private <T> Optional<String> otherValue(KvOption<T> option) {
    String present = option.format(tck().options().get(option));
    List<String> candidates =
        new ArrayList<>(List.of("true", "false", "other", "1", "2", "4096", "8192", "1s", "2s"));
    candidates.addAll(List.of(option.typeName().split("\\|", -1)));
    for (String candidate : candidates) {
      try {
        String value = option.format(option.parse(candidate));
        if (!value.equals(present)) {
          return Optional.of(value);
        }
      } catch (IllegalArgumentException e) {
        // Not a value of this option; the next one may be.
      }
    }
    return Optional.empty();
  }

  /** If this fails, check that nothing is created for a store that is only looked for. */
  @Test
  @Rule("6.4")
  @DisplayName("KV-6.4 A missing store that is not to be created is an error, and stays missing")
  void missingStores() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));
    Path missing = temp.resolve("missing/deeper");
    for (KvOptions options :
        List.of(
            with(to -> to.set(KvOptions.CREATE_IF_MISSING, false)),
            with(to -> to.set(KvOptions.READ_ONLY, true)))) {
      for (Path directory : List.of(missing, empty)) {
        assertThatExceptionOfType(StoreNotFoundException.class)
            .as("opening with %s", options)
            .isThrownBy(() -> open(directory, options));
      }
    }
    assertThat(missing.getParent()).doesNotExist();
    assertThat(empty).isEmptyDirectory();
    KvStore created = open(empty);
    created.put(key(0), value(0));
    created.close();
    open(empty, with(to -> to.set(KvOptions.CREATE_IF_MISSING, false))).close();
  }

  /** If this fails, check the order: whether a store exists is decided before it is opened. */
  @Test
  @Rule("6.4")
  @DisplayName("KV-6.4 With failIfExists a store that exists is refused, a new one is created")
  void existingStores() {
    KvOptions options = with(to -> to.set(KvOptions.FAIL_IF_EXISTS, true));
    KvStore created = open(directory(), options);
    created.put(key(0), value(0));
    created.close();
    assertThatExceptionOfType(StoreExistsException.class)
        .as("opening with failIfExists")
        .isThrownBy(() -> open(directory(), options));
    KvStore again = open(directory());
    if (again.features().contains(KvFeature.PERSISTENT)) {
      assertValue(again, key(0), value(0));
    }
  }

  /** If this fails, check what an engine writes when it only opens, recovers or closes. */
  @Test
  @Rule("6.4")
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-6.4 With readOnly a store is read, and neither written to nor changed")
  void readOnlyStores() throws IOException {
    fill(store(), 20);
    store().close();
    Map<String, String> before = files(directory());
    KvStore store = open(directory(), with(to -> to.set(KvOptions.READ_ONLY, true)));
    assertThat(contents(store)).hasSize(20);
    assertValue(store, key(7), value(7));
    assertThat(store.size()).isEqualTo(20);
    assertThatExceptionOfType(ReadOnlyStoreException.class)
        .as("put into a store opened with readOnly")
        .isThrownBy(() -> store.put(key(0), value(1)));
    assertThatThrownBy(() -> store.delete(key(0))).isInstanceOf(ReadOnlyStoreException.class);
    assertThatThrownBy(() -> store.write(new KvBatch().delete(key(0))))
        .isInstanceOf(ReadOnlyStoreException.class);
    if (store.features().contains(KvFeature.COMPARE_AND_SET)) {
      assertThatThrownBy(() -> store.compareAndSet(key(0), value(0), null))
          .isInstanceOf(ReadOnlyStoreException.class);
    }
    store.flush();
    assertThat(contents(store)).hasSize(20);
    store.close();
    Map<String, String> after = files(directory());
    for (Map<String, String> files : List.of(before, after)) {
      // The directory's own time changes with the lock, which is the framework's.
      files.keySet().removeIf(name -> name.isEmpty() || name.startsWith("STORE."));
    }
    assertThat(after).as("files after opening with readOnly").isEqualTo(before);
    assertThat(contents(open(directory()))).hasSize(20);
  }

  /** If this fails, check that options are checked, and features known, before a store is made. */
  @Test
  @Rule("6.4")
  @DisplayName("KV-6.4 A wrong option or a missing feature fails the opening, which leaves nothing")
  void wrongOptions() {
    Path directory = temp.resolve("never");
    String name = tck().backend().name() + ".noSuchOption";
    assertThatIllegalArgumentException()
        .as("an option that the backend does not have")
        .isThrownBy(() -> open(directory, with(to -> to.set(name, "1"))))
        .withMessageContaining(name);
    assertThatIllegalArgumentException()
        .as("an option that no store has")
        .isThrownBy(() -> open(directory, with(to -> to.set("noSuchOption", "1"))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(directory, with(to -> to.set("readOnly", "perhaps"))))
        .withMessageContaining("perhaps");
    for (KvFeature feature : EnumSet.complementOf(EnumSet.copyOf(store().features()))) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .as("requiring %s", feature)
          .isThrownBy(() -> open(directory, with(to -> to.require(feature))))
          .withMessageContaining(feature.name());
    }
    assertThat(directory).doesNotExist();
    KvFeature[] declared = store().features().toArray(KvFeature[]::new);
    open(directory, with(to -> to.require(declared))).close();
  }

  /** If this fails, check what a creation leaves that was cut short, at each of its steps. */
  @Test
  @Rule("6.4")
  @DisplayName("KV-6.4 A crash while a store is created does not lock its user out")
  void crashesWhileCreating(TestReporter reporter) throws Exception {
    SimulatedSubject subject = SimulatedSubject.of(this);
    seeded(reporter, seed -> explore(subject, seed));
  }

  private void explore(SimulatedSubject subject, long seed) {
    CrashExplorer.Result result =
        CrashExplorer.<List<String>>of(
                ArrayList::new,
                (machine, history) -> subject.open(machine, tck().options()).close(),
                (machine, history) -> {
                  try (KvStore store = subject.open(machine, tck().options())) {
                    assertThat(contents(store)).isEmpty();
                    store.put(key(0), value(0));
                  }
                  try (KvStore store = subject.open(machine, tck().options())) {
                    assertValue(store, key(0), value(0));
                  }
                })
            .setUp(tck()::setUp)
            .recovery(machine -> subject.open(machine, tck().options()).close())
            .seed(seed)
            .outcomes(4)
            .maxSecondPoints(1)
            .build()
            .explore();
    assertThat(result.crashStates()).isPositive();
  }
}
