// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.api.StoreDescriptor.State;
import dev.ensemblekv.api.StoreExistsException;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.api.StoreNotFoundException;
import dev.ensemblekv.api.internal.jmx.StoreBeans;
import dev.ensemblekv.api.internal.jmx.StoreFacts;
import dev.ensemblekv.api.internal.jmx.StoreName;
import dev.ensemblekv.api.internal.meter.InstrumentedStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Opens stores: decides what is in a directory, takes its lock, keeps its descriptor, opens the raw
 * store and puts the guard and the instrumentation around it.
 *
 * <p>What can be found wrong without the lock is found before the lock file is created, and looked
 * at again under it.
 */
public final class StoreOpener {
  private static final int ID_BYTES = 16;
  private static final String NAMELESS = "unnamed";

  private final KvEnvironment environment;

  /** Creates an opener of stores in an environment. */
  public StoreOpener(KvEnvironment environment) {
    this.environment = environment;
  }

  /** Opens a store; see {@link KvEnvironment#open}. */
  public KvStore open(@Nullable String spec, @Nullable Path directory, KvOptions options) {
    Spec asked = spec == null ? null : Spec.parse(spec);
    if (directory == null) {
      return openNowhere(asked, options);
    }
    Path path = directory.toAbsolutePath().normalize();
    try {
      return openIn(asked, new StoreDirectory(environment.disk(), path), options);
    } catch (IOException e) {
      throw located(DiskFiles.failure("the store cannot be opened", path, e), path);
    } catch (KvException e) {
      throw located(e, path);
    }
  }

  private static KvException located(KvException e, Path path) {
    e.locate("open", nameOf(path));
    return e;
  }

  private KvStore openNowhere(@Nullable Spec spec, KvOptions options) {
    if (spec == null) {
      throw new IllegalArgumentException("neither a spec nor a directory was given");
    }
    List<KvBackend> backends = backends(spec);
    for (KvBackend backend : backends) {
      if (backend.needsDirectory()) {
        throw new IllegalArgumentException("'" + backend.name() + "' needs a directory");
      }
    }
    new OptionSet(spec, backends).check(options);
    String name = options.isSet(KvOptions.NAME) ? options.get(KvOptions.NAME) : NAMELESS;
    OpenContext context =
        new OpenContext(environment, backends, null, name, newId(environment), true, options);
    KvStore raw = context.open();
    try {
      checkFeatures(raw, options);
    } catch (UnsupportedOperationException e) {
      DiskFiles.closeAfter(e, raw);
      throw e;
    }
    return wrap(context, raw, () -> {});
  }

  private KvStore openIn(@Nullable Spec asked, StoreDirectory directory, KvOptions options)
      throws IOException {
    Plan plan = plan(asked, directory.read(), directory, options);
    boolean createdDirectory = plan.isNew && directory.create();
    DiskLock lock = lock(directory, options);
    KvStore raw = null;
    OpenContext creating = null;
    try {
      Optional<StoreDescriptor> found = directory.read();
      if (!found.equals(plan.found)) {
        plan = plan(asked, found, directory, options);
      }
      OpenContext context = plan.context(environment, directory.path());
      if (plan.isNew) {
        directory.write(plan.descriptor);
        directory.clear();
        creating = context;
      }
      raw = context.open();
      checkFeatures(raw, plan.options);
      Map<String, String> recorded = plan.optionSet.recorded(plan.options);
      if (plan.isNew || (!context.isReadOnly() && !recorded.equals(plan.descriptor.options()))) {
        directory.write(plan.descriptor.withState(State.READY).withOptions(recorded));
      }
      return wrap(context, raw, () -> directory.unlock(lock));
    } catch (IOException | RuntimeException | Error e) {
      DiskFiles.closeAfter(e, raw);
      OpenContext failed = creating;
      if (failed != null) {
        DiskFiles.closeAfter(e, () -> destroying(failed, true).run());
      }
      DiskFiles.closeAfter(e, () -> directory.abandon(lock, createdDirectory));
      throw e;
    }
  }

  private static Runnable destroying(OpenContext context, boolean begun) {
    return context.backends().get(0).destroying(context, begun);
  }

  private DiskLock lock(StoreDirectory directory, KvOptions options) throws IOException {
    try {
      return directory.lock(environment.clock().instant());
    } catch (AccessDeniedException | ReadOnlyFileSystemException e) {
      if (options.get(KvOptions.READ_ONLY)) {
        return () -> {}; // nobody can write here, so nobody need be kept out
      }
      throw e;
    }
  }

  /** What is to be opened or created, if the directory allows it. */
  private static final class Plan {
    final Optional<StoreDescriptor> found;
    final List<KvBackend> backends;
    final OptionSet optionSet;
    final StoreDescriptor descriptor;
    final KvOptions options;
    final boolean isNew;

    Plan(
        Optional<StoreDescriptor> found,
        List<KvBackend> backends,
        OptionSet optionSet,
        StoreDescriptor descriptor,
        KvOptions options,
        boolean isNew) {
      this.found = found;
      this.backends = backends;
      this.optionSet = optionSet;
      this.descriptor = descriptor;
      this.options = options;
      this.isNew = isNew;
    }

    OpenContext context(KvEnvironment environment, Path path) {
      String name = options.get(KvOptions.NAME);
      return new OpenContext(
          environment,
          backends,
          path,
          name.isEmpty() ? nameOf(path) : name,
          descriptor.id(),
          isNew,
          options);
    }
  }

  /** Depends on nothing but what was found and what is asked for. */
  private Plan plan(
      @Nullable Spec asked,
      Optional<StoreDescriptor> inDirectory,
      StoreDirectory directory,
      KvOptions options) {
    StoreDescriptor found = inDirectory.orElse(null);
    boolean isNew = found == null || found.state() == State.CREATING;
    if (found != null && found.inside().isPresent()) {
      throw new StoreMismatchException(
          "this is a part of another store; open that one", directory.path(), null);
    }
    if (isNew) {
      checkCreatable(asked, directory, options);
    }
    Spec spec = asked != null ? asked : Spec.parse(required(found).spec());
    List<KvBackend> backends = backends(spec);
    OptionSet optionSet = new OptionSet(spec, backends);
    optionSet.check(options);
    checkPossible(backends, options);
    if (isNew) {
      // what a creation that was cut short has left elsewhere is known by its id
      String id = found == null ? newId(environment) : found.id();
      StoreDescriptor descriptor = newDescriptor(environment, id, backends, Optional.empty());
      return new Plan(inDirectory, backends, optionSet, descriptor, options, true);
    }
    StoreDescriptor existing = required(found);
    checkExisting(existing, spec, backends, directory, options);
    KvOptions merged = merge(existing, optionSet, directory, options);
    return new Plan(inDirectory, backends, optionSet, existing, merged, false);
  }

  private static StoreDescriptor required(@Nullable StoreDescriptor descriptor) {
    if (descriptor == null) {
      throw new IllegalStateException("no descriptor");
    }
    return descriptor;
  }

  private static void checkCreatable(
      @Nullable Spec asked, StoreDirectory directory, KvOptions options) {
    if (asked == null
        || !options.get(KvOptions.CREATE_IF_MISSING)
        || options.get(KvOptions.READ_ONLY)) {
      throw new StoreNotFoundException(
          "there is no store here; check the path, or open it with a spec and createIfMissing to"
              + " create one",
          directory.path(),
          null);
    }
  }

  private static void checkExisting(
      StoreDescriptor found,
      Spec spec,
      List<KvBackend> backends,
      StoreDirectory directory,
      KvOptions options) {
    if (found.state() == State.DESTROYING) {
      throw new StoreMismatchException(
          "the store was being destroyed; destroy it again to finish", directory.path(), null);
    }
    if (options.get(KvOptions.FAIL_IF_EXISTS)) {
      throw new StoreExistsException(
          "there is a '" + found.spec() + "' store here already, and failIfExists is set",
          directory.path(),
          null);
    }
    checkSpec(found, spec, directory.path());
    checkFormats(found, backends, directory.path());
  }

  static void checkSpec(StoreDescriptor found, Spec spec, Path path) {
    if (!found.spec().equals(spec.toString())) {
      throw new StoreMismatchException(
          "the store here is '"
              + found.spec()
              + "', not '"
              + spec
              + "'; open it as what it is, or copy it to another directory as the other",
          path,
          null);
    }
  }

  static void checkFormats(StoreDescriptor found, List<KvBackend> backends, Path path) {
    for (KvBackend backend : backends) {
      int format = found.formats().getOrDefault(backend.name(), 1);
      if (format > backend.formatVersion()) {
        throw new StoreMismatchException(
            "the store has version "
                + format
                + " of the '"
                + backend.name()
                + "' format; this release reads up to "
                + backend.formatVersion()
                + ": use a newer release",
            path,
            null);
      }
    }
  }

  /** Lays the options given over those recorded; a FORMAT option given must be as recorded. */
  private static KvOptions merge(
      StoreDescriptor found, OptionSet optionSet, StoreDirectory directory, KvOptions options) {
    KvOptions.Builder merged = options.toBuilder();
    Map<String, String> given = optionSet.canonical(options);
    found
        .options()
        .forEach(
            (name, recorded) -> {
              String value = given.get(name);
              if (value == null) {
                merged.set(name, recorded);
              } else if (optionSet.isFixed(name) && !value.equals(recorded)) {
                throw new StoreMismatchException(
                    "the store was created with "
                        + name
                        + "="
                        + recorded
                        + ", which cannot become "
                        + value
                        + "; leave the option out, or copy the store to a new one",
                    directory.path(),
                    null);
              }
            });
    KvOptions result = merged.build();
    optionSet.check(result);
    return result;
  }

  /** Finds out before anything is created, where the backend alone decides. */
  private static void checkPossible(List<KvBackend> backends, KvOptions options) {
    if (backends.size() == 1) {
      checkFeatures(backends.get(0).features(), options);
    }
  }

  private static void checkFeatures(KvStore raw, KvOptions options) {
    checkFeatures(raw.features(), options);
  }

  private static void checkFeatures(Set<KvFeature> features, KvOptions options) {
    Set<KvFeature> missing = EnumSet.noneOf(KvFeature.class);
    missing.addAll(options.required());
    if (options.get(KvOptions.SYNC)) {
      missing.add(KvFeature.SYNC_WRITES);
    }
    missing.removeAll(features);
    if (!missing.isEmpty()) {
      throw new UnsupportedOperationException(
          "the store does not have " + missing + ", which the options require; it has " + features);
    }
  }

  private static KvStore wrap(OpenContext context, KvStore raw, AutoCloseable release) {
    return guarded(
        context,
        raw,
        StoreName.of(context.storeName()),
        context.option(KvOptions.COPY_READS),
        () -> {
          context.home().close();
          release.close();
        });
  }

  /** Puts guard and instrumentation around a raw store and shows it in JMX. */
  static KvStore guarded(
      OpenContext context, KvStore raw, StoreName name, boolean copyReads, AutoCloseable release) {
    InstrumentedStore instrumented = new InstrumentedStore(raw);
    StoreBeans beans =
        new StoreBeans(
            name,
            context.home().events(),
            new StoreFacts(
                context.storeId(),
                context.directoryOrNull(),
                context.isReadOnly(),
                context.option(KvOptions.COUNT_CALLS),
                context.backends().get(context.backends().size() - 1).engineBean(),
                context.disk(),
                context.clock(),
                context.executor()));
    GuardedStore store =
        new GuardedStore(
            context.option(KvOptions.COUNT_CALLS) ? instrumented : raw,
            context.storeName(),
            context.isReadOnly(),
            copyReads,
            beans,
            () -> {
              beans.close();
              release.close();
            });
    beans.register(store, instrumented);
    return store;
  }

  /** Reads a descriptor; see {@link KvEnvironment#describe}. */
  public Optional<StoreDescriptor> describe(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    try {
      return DescriptorFile.read(environment.disk(), path)
          .filter(descriptor -> descriptor.state() != State.CREATING);
    } catch (IOException e) {
      throw DiskFiles.failure("the descriptor cannot be read", path, e);
    }
  }

  /** Starts to make a store of a database; see {@link KvEnvironment#adopt}. */
  public KvTask adopt(String spec, Path directory, KvOptions options) {
    return Adoption.start(environment, spec, directory, options);
  }

  /** Starts to repair a store; see {@link KvEnvironment#repair}. */
  public KvTask repair(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    StoreDirectory store = new StoreDirectory(environment.disk(), path);
    try {
      repairing(store);
    } catch (IOException e) {
      throw DiskFiles.failure("the directory cannot be read", path, e);
    }
    return KvTask.start(
        environment.executor(), "repair", "records", progress -> repair(store, progress));
  }

  private KvTask.Body repairing(StoreDirectory store) throws IOException {
    KvOptions options = KvOptions.builder().set(KvOptions.CREATE_IF_MISSING, false).build();
    Plan plan = plan(null, store.read(), store, options);
    return plan.backends.get(0).repair(plan.context(environment, store.path()));
  }

  private void repair(StoreDirectory store, KvTask.Progress progress) {
    try {
      DiskLock lock = store.lock(environment.clock().instant());
      try {
        repairing(store).run(progress);
      } catch (IOException | RuntimeException | Error e) {
        DiskFiles.closeAfter(e, () -> store.unlock(lock));
        throw e;
      }
      store.unlock(lock);
    } catch (IOException e) {
      throw DiskFiles.failure("the store cannot be repaired", store.path(), e);
    } catch (KvException e) {
      e.locate("repair", nameOf(store.path()));
      throw e;
    }
  }

  /** Deletes a store; see {@link KvEnvironment#destroy}. */
  public void destroy(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    StoreDirectory store = new StoreDirectory(environment.disk(), path);
    try {
      StoreDescriptor found = existing(store);
      DiskLock lock = store.lock(environment.clock().instant());
      try {
        boolean begun = found.state() != State.READY;
        Runnable elsewhere = destroying(contextOf(found, path), begun);
        store.beginDestruction(found);
        elsewhere.run();
        store.destroy();
      } finally {
        lock.close();
      }
    } catch (IOException e) {
      throw DiskFiles.failure("the store cannot be destroyed", path, e);
    } catch (KvException e) {
      e.locate("destroy", nameOf(path));
      throw e;
    }
  }

  /** Returns the context of a store with nothing but its recorded options. */
  private OpenContext contextOf(StoreDescriptor found, Path path) {
    KvOptions.Builder options = KvOptions.builder();
    found.options().forEach(options::set);
    return new OpenContext(
        environment,
        backends(Spec.parse(found.spec())),
        path,
        nameOf(path),
        found.id(),
        found.state() == State.CREATING,
        options.build());
  }

  private static StoreDescriptor existing(StoreDirectory store) throws IOException {
    StoreDescriptor found =
        store
            .read()
            .orElseThrow(
                () -> new StoreNotFoundException("there is no store here", store.path(), null));
    if (found.inside().isPresent()) {
      throw new StoreMismatchException(
          "this is a part of another store; destroy that one", store.path(), null);
    }
    return found;
  }

  private List<KvBackend> backends(Spec spec) {
    return Backends.find(environment.explicitBackends(), spec);
  }

  static StoreDescriptor newDescriptor(
      KvEnvironment environment, List<KvBackend> backends, Optional<String> inside) {
    return newDescriptor(environment, newId(environment), backends, inside);
  }

  private static StoreDescriptor newDescriptor(
      KvEnvironment environment, String id, List<KvBackend> backends, Optional<String> inside) {
    Map<String, Integer> formats = new TreeMap<>();
    Map<String, String> engines = new TreeMap<>();
    for (KvBackend backend : backends) {
      formats.put(backend.name(), backend.formatVersion());
      backend.engine().ifPresent(engine -> engines.put(backend.name(), engine));
    }
    return new StoreDescriptor(
        id,
        new Spec(backends.stream().map(KvBackend::name).toList()).toString(),
        formats,
        engines,
        Map.of(),
        environment.clock().instant().truncatedTo(ChronoUnit.SECONDS),
        release(),
        inside,
        State.CREATING);
  }

  private static String newId(KvEnvironment environment) {
    byte[] bytes = new byte[ID_BYTES];
    environment.random().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static String release() {
    String version = StoreOpener.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  static String nameOf(Path path) {
    Path name = path.getFileName();
    return name == null ? path.toString() : name.toString();
  }
}
