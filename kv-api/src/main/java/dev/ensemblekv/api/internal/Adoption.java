// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.ForeignDirectoryException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.api.StoreDescriptor.State;
import dev.ensemblekv.api.StoreExistsException;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The making of a store out of a database that the engine's own library made: everything in it is
 * read, of what is open for reading only, and then the descriptor is added, which is all that
 * changes.
 */
final class Adoption {
  private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(50);

  private final KvEnvironment environment;
  private final KvBackend backend;
  private final OptionSet optionSet;
  private final KvOptions options;
  private final StoreDirectory directory;

  private Adoption(
      KvEnvironment environment,
      KvBackend backend,
      OptionSet optionSet,
      KvOptions options,
      StoreDirectory directory) {
    this.environment = environment;
    this.backend = backend;
    this.optionSet = optionSet;
    this.options = options;
    this.directory = directory;
  }

  /** Starts one; see {@link KvEnvironment#adopt}. */
  static KvTask start(KvEnvironment environment, String spec, Path directory, KvOptions options) {
    Spec parsed = Spec.parse(spec);
    List<KvBackend> backends = Backends.find(environment.explicitBackends(), parsed);
    if (backends.size() > 1) {
      throw new IllegalArgumentException(
          "'"
              + spec
              + "' has layers, and what is adopted has none: adopt it as '"
              + backends.get(backends.size() - 1).name()
              + "', then copy it to a '"
              + spec
              + "'");
    }
    OptionSet optionSet = new OptionSet(parsed, backends);
    optionSet.check(options);
    Path path = directory.toAbsolutePath().normalize();
    Adoption adoption =
        new Adoption(
            environment,
            backends.get(0),
            optionSet,
            options,
            new StoreDirectory(environment.disk(), path));
    try {
      adoption.checkDirectory();
    } catch (IOException e) {
      throw DiskFiles.failure("the directory cannot be read", path, e);
    }
    return KvTask.start(environment.executor(), "adopt", "keys", adoption::run);
  }

  private void checkDirectory() throws IOException {
    Path path = directory.path();
    if (environment.disk().exists(path)
        && environment.disk().isDirectory(path)
        && DescriptorFile.read(environment.disk(), path).isPresent()) {
      throw new StoreExistsException(
          "the directory is a store already; open it as it is", path, null);
    }
    if (!environment.disk().isDirectory(path) || !backend.recognizes(environment.disk(), path)) {
      throw new ForeignDirectoryException(
          "there is no database of '"
              + backend.name()
              + "' here that can be adopted; check the path and the backend",
          path,
          null);
    }
  }

  private void run(KvTask.Progress progress) {
    try {
      DiskLock lock = directory.lock(environment.clock().instant());
      try {
        checkDirectory();
        add(progress);
      } catch (IOException | RuntimeException | Error e) {
        DiskFiles.closeAfter(e, () -> directory.forsake(lock));
        throw e;
      }
      directory.unlock(lock);
    } catch (IOException e) {
      throw DiskFiles.failure("the database cannot be adopted", directory.path(), e);
    } catch (KvException e) {
      e.locate("adopt", StoreOpener.nameOf(directory.path()));
      throw e;
    }
  }

  private void add(KvTask.Progress progress) throws IOException {
    StoreDescriptor descriptor =
        StoreOpener.newDescriptor(environment, List.of(backend), Optional.empty());
    OpenContext context =
        new OpenContext(
            environment,
            List.of(backend),
            directory.path(),
            StoreOpener.nameOf(directory.path()),
            descriptor.id(),
            false,
            options.toBuilder().set(KvOptions.READ_ONLY, true).build());
    try (KvStore raw = context.open()) {
      check(raw.verify(), progress);
    }
    directory.write(descriptor.withState(State.READY).withOptions(optionSet.recorded(options)));
  }

  private void check(KvTask verification, KvTask.Progress progress) {
    try {
      long told = 0;
      boolean ended;
      do {
        ended = verification.await(PROGRESS_INTERVAL);
        long done = verification.done();
        verification.total().ifPresent(progress::total);
        progress.advance(done - told);
        told = done;
      } while (!ended);
    } finally {
      verification.cancel();
      verification.awaitEnd();
    }
    KvTask.Result result = verification.result();
    if (result.problemCount() > 0) {
      KvTask.Problem first = result.problems().get(0);
      throw new CorruptionException(
          "the database is damaged in "
              + result.problemCount()
              + " places and stays as it is; the first: "
              + first.message(),
          first.path() == null ? directory.path() : first.path(),
          null);
    }
  }
}
