// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.ForeignDirectoryException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.api.StoreDescriptor.State;
import dev.ensemblekv.api.StoreNotFoundException;
import dev.ensemblekv.api.internal.jmx.StoreName;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvBudget;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.KvEvents;
import dev.ensemblekv.spi.KvExecutor;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The context of one raw store: the backend at the head of {@code backends} is opened with it, and
 * what is inside that with contexts derived from it.
 *
 * @param backends those of the spec from this store on
 * @param directoryOrNull where it lives; {@code null}: nowhere
 * @param outer what this store knows of the one around it
 * @param asOuter what those inside know of this store
 * @param home what it shares with the stores inside it
 * @param isInner whether it is inside a store that is elsewhere
 */
record OpenContext(
    KvEnvironment environment,
    List<KvBackend> backends,
    @Nullable Path directoryOrNull,
    String storeName,
    String storeId,
    boolean isNew,
    KvOptions options,
    Outer outer,
    Outer asOuter,
    Home home,
    boolean isInner)
    implements KvOpenContext {

  /**
   * What stores know of the one around them.
   *
   * @param hashSeed the seed by which it spreads keys over them
   * @param budget that they share
   */
  record Outer(OptionalLong hashSeed, KvBudget budget) {
    static final Outer NONE = new Outer(OptionalLong.empty(), KvBudget.UNLIMITED);
  }

  /** Creates the context of a store that is inside no other. */
  OpenContext(
      KvEnvironment environment,
      List<KvBackend> backends,
      @Nullable Path directoryOrNull,
      String storeName,
      String storeId,
      boolean isNew,
      KvOptions options) {
    this(
        environment,
        backends,
        directoryOrNull,
        storeName,
        storeId,
        isNew,
        options,
        Outer.NONE,
        Outer.NONE,
        new Home(environment, storeName, directoryOrNull),
        false);
  }

  KvStore open() {
    KvBackend backend = backends.get(0);
    try {
      return backend.open(this);
    } catch (KvException | IllegalArgumentException | UnsupportedOperationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new KvException(
          "the engine of '" + backend.name() + "' failed: " + e.getMessage(), directoryOrNull, e);
    }
  }

  @Override
  public Path directory() {
    if (directoryOrNull == null) {
      throw new IllegalStateException("the store was opened without a directory");
    }
    return directoryOrNull;
  }

  @Override
  public String spec() {
    return spec(backends);
  }

  @Override
  public String innerSpec() {
    return spec(innerBackends());
  }

  private static String spec(List<KvBackend> backends) {
    return new Spec(backends.stream().map(KvBackend::name).toList()).toString();
  }

  @Override
  public boolean isReadOnly() {
    return option(KvOptions.READ_ONLY);
  }

  @Override
  public Disk disk() {
    return environment.disk();
  }

  @Override
  public KvExecutor executor() {
    return environment.executor();
  }

  @Override
  public KvEvents events() {
    return home.events(storeName);
  }

  @Override
  public <T> void record(KvOption<T> option, T value) {
    home.record(option, value);
  }

  @Override
  public Clock clock() {
    return environment.clock();
  }

  @Override
  public RandomGenerator random() {
    return environment.random();
  }

  @Override
  public KvBackend innerBackend() {
    return innerBackends().get(0);
  }

  private List<KvBackend> innerBackends() {
    if (backends.size() == 1) {
      throw new IllegalStateException("nothing is inside '" + spec() + "'");
    }
    return backends.subList(1, backends.size());
  }

  @Override
  public KvStore openInner() {
    return inner(directoryOrNull, storeName, storeId, isNew, isInner).open();
  }

  private OpenContext inner(@Nullable Path at, String name, String id, boolean created) {
    return inner(at, name, id, created, true);
  }

  private OpenContext inner(
      @Nullable Path at, String name, String id, boolean created, boolean elsewhere) {
    return new OpenContext(
        environment,
        innerBackends(),
        at,
        name,
        id,
        created,
        options,
        asOuter,
        new Outer(OptionalLong.empty(), asOuter.budget()),
        home,
        elsewhere);
  }

  @Override
  public OptionalLong hashSeed() {
    return outer.hashSeed();
  }

  @Override
  public KvBudget budget() {
    return outer.budget();
  }

  @Override
  public KvOpenContext withInnerHashSeed(long seed) {
    return asOuter(new Outer(OptionalLong.of(seed), asOuter.budget()));
  }

  @Override
  public KvOpenContext withInnerBudget(KvBudget shared) {
    return asOuter(new Outer(asOuter.hashSeed(), shared));
  }

  private OpenContext asOuter(Outer changed) {
    return new OpenContext(
        environment,
        backends,
        directoryOrNull,
        storeName,
        storeId,
        isNew,
        options,
        outer,
        changed,
        home,
        isInner);
  }

  @Override
  public KvStore createInner(Path at, String name) {
    StoreDescriptor creating =
        StoreOpener.newDescriptor(environment, innerBackends(), Optional.of(storeId));
    return createInner(at, name, creating, () -> open(at, name, creating.id(), true));
  }

  @Override
  public KvStore copyInner(Path original, Path at, String name, Consumer<Path> copying) {
    StoreDescriptor creating = existingInner(original, name).withState(State.CREATING);
    return createInner(
        at,
        name,
        creating,
        () -> {
          copying.accept(at);
          disk().syncDirectory(at);
          return open(at, name, creating.id(), false);
        });
  }

  /** Makes the store of a descriptor that is on disk. */
  private interface Making {
    KvStore make() throws IOException;
  }

  private KvStore createInner(Path at, String name, StoreDescriptor creating, Making making) {
    destroyInner(at);
    StoreDirectory inner = new StoreDirectory(disk(), at);
    try {
      inner.create();
      inner.write(creating);
      KvStore store = making.make();
      try {
        inner.write(creating.withState(State.READY));
      } catch (IOException | RuntimeException e) {
        DiskFiles.closeAfter(e, store);
        throw e;
      }
      return store;
    } catch (IOException e) {
      throw DiskFiles.failure("substore " + name + " cannot be created", at, e);
    }
  }

  @Override
  public KvStore openInner(Path at, String name) {
    return open(at, name, existingInner(at, name).id(), false);
  }

  @Override
  public KvTask.Body repairInner(Path at, String name) {
    String id = existingInner(at, name).id();
    return innerBackend().repair(inner(at, storeName + "/" + name, id, false));
  }

  private StoreDescriptor existingInner(Path at, String name) {
    StoreDescriptor descriptor =
        readInner(at)
            .filter(found -> found.state() == State.READY)
            .orElseThrow(
                () -> new StoreNotFoundException("there is no inner store " + name, at, null));
    if (!descriptor.inside().equals(Optional.of(storeId))) {
      throw new CorruptionException(
          "the inner store belongs to another store (" + descriptor.inside().orElse("none") + ")",
          at,
          null);
    }
    StoreOpener.checkSpec(descriptor, new Spec(List.of(innerSpec().split(":"))), at);
    StoreOpener.checkFormats(descriptor, innerBackends(), at);
    return descriptor;
  }

  private KvStore open(Path at, String name, String id, boolean created) {
    OpenContext context = inner(at, storeName + "/" + name, id, created);
    KvStore raw = context.open();
    return option(KvOptions.SUBSTORE_MBEANS) ? shown(context, raw, name) : raw;
  }

  /** Shows a substore in JMX, guarded, as a bean may be read while the substore is closed. */
  private KvStore shown(OpenContext context, KvStore raw, String name) {
    return StoreOpener.guarded(context, raw, StoreName.of(home.name(), name), false, () -> {});
  }

  private Optional<StoreDescriptor> readInner(Path at) {
    try {
      return new StoreDirectory(disk(), at).read();
    } catch (IOException e) {
      throw DiskFiles.failure("the inner store's descriptor cannot be read", at, e);
    }
  }

  @Override
  public void destroyInner(Path at) {
    if (!disk().exists(at)) {
      return;
    }
    Optional<StoreDescriptor> descriptor = readInner(at);
    if (descriptor.isPresent() && !descriptor.get().inside().equals(Optional.of(storeId))) {
      throw new ForeignDirectoryException(
          "this is not an inner store of '" + storeName + "', so it is not deleted", at, null);
    }
    try {
      new StoreDirectory(disk(), at).destroy();
    } catch (IOException e) {
      throw DiskFiles.failure("the inner store cannot be deleted", at, e);
    }
  }

  @Override
  public KvTask checkpoint(Path at, String unit, KvTask.Body copying) {
    return Checkpoint.start(this, at, unit, copying);
  }
}
