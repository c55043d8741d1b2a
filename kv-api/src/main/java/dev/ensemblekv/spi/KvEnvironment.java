// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.api.internal.Backends;
import dev.ensemblekv.api.internal.StoreOpener;
import dev.ensemblekv.api.internal.SystemExecutor;
import dev.ensemblekv.spi.io.Disk;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Everything outside a store that it depends on: disk, threads, clock, randomness, and the backends
 * there are. Tests hand in their own; {@link #system()} is what {@link dev.ensemblekv.api.KvStores}
 * uses. Immutable.
 */
public final class KvEnvironment {
  private static final KvEnvironment SYSTEM = builder().build();

  private final Disk disk;
  private final KvExecutor executor;
  private final Clock clock;
  private final RandomGenerator random;
  private final List<KvBackend> backends;

  private KvEnvironment(Builder builder) {
    this.disk = builder.disk;
    this.executor = builder.executor;
    this.clock = builder.clock;
    RandomGenerator given = builder.random;
    this.random = given == null ? new SecureRandom() : given;
    this.backends = List.copyOf(builder.backends);
  }

  /** Returns the environment of this machine. */
  public static KvEnvironment system() {
    return SYSTEM;
  }

  /** Begins an environment that is the system's but for what is set. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Opens or creates a store, as {@link dev.ensemblekv.api.KvStores#open(String, Path, KvOptions)}.
   *
   * @param spec the spec; {@code null}: the one that the directory records
   * @param directory the directory; {@code null}: none, for backends that need none
   */
  public KvStore open(@Nullable String spec, @Nullable Path directory, KvOptions options) {
    return new StoreOpener(this).open(spec, directory, options);
  }

  /** Reads the descriptor of a directory; empty if there is no store. */
  public Optional<StoreDescriptor> describe(Path directory) {
    return new StoreOpener(this).describe(directory);
  }

  /** Makes a store of a database, as {@link dev.ensemblekv.api.KvStores#adopt}. */
  public KvTask adopt(String spec, Path directory, KvOptions options) {
    return new StoreOpener(this).adopt(spec, directory, options);
  }

  /** Repairs a store, as {@link dev.ensemblekv.api.KvStores#repair}. */
  public KvTask repair(Path directory) {
    return new StoreOpener(this).repair(directory);
  }

  /** Deletes a store, as {@link dev.ensemblekv.api.KvStores#destroy}. */
  public void destroy(Path directory) {
    new StoreOpener(this).destroy(directory);
  }

  /** Returns all backends that specs can name, the found ones included. */
  public Collection<KvBackend> backends() {
    return Backends.find(backends).all();
  }

  /** Returns the backends that were handed in, which go before those of the same name found. */
  public List<KvBackend> explicitBackends() {
    return backends;
  }

  /** Returns the files. */
  public Disk disk() {
    return disk;
  }

  /** Returns the executor of background work. */
  public KvExecutor executor() {
    return executor;
  }

  /** Returns the wall clock. */
  public Clock clock() {
    return clock;
  }

  /** Returns the source of random numbers. */
  public RandomGenerator random() {
    return random;
  }

  /** Collects an environment. */
  public static final class Builder {
    private Disk disk = Disk.real();
    private KvExecutor executor = SystemExecutor.INSTANCE;
    private Clock clock = Clock.systemUTC();
    private @Nullable RandomGenerator random;
    private final List<KvBackend> backends = new ArrayList<>();

    private Builder() {}

    /** Sets the files. */
    public Builder disk(Disk disk) {
      this.disk = disk;
      return this;
    }

    /** Sets the executor of background work. */
    public Builder executor(KvExecutor executor) {
      this.executor = executor;
      return this;
    }

    /** Sets the wall clock. */
    public Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /** Sets the source of random numbers; thread-safe. */
    public Builder random(RandomGenerator random) {
      this.random = random;
      return this;
    }

    /** Adds a backend that need not be registered. */
    public Builder backend(KvBackend backend) {
      backends.add(backend);
      return this;
    }

    /** Returns the environment. */
    public KvEnvironment build() {
      return new KvEnvironment(this);
    }
  }
}
