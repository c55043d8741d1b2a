// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.api.internal.jmx.EventLog;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.KvEvents;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a store that a user opened shares with those inside it. Thread-safe. */
final class Home {
  private final KvEnvironment environment;
  private final String name;
  private final @Nullable Path directory;
  private final EventLog events;
  private boolean closed; // guarded by this

  Home(KvEnvironment environment, String name, @Nullable Path directory) {
    this.environment = environment;
    this.name = name;
    this.directory = directory;
    this.events = new EventLog(environment.clock(), environment.executor());
  }

  /** Returns the name of the store. */
  String name() {
    return name;
  }

  EventLog events() {
    return events;
  }

  /** Returns where a store tells what happens to it: this one, or one that is inside it. */
  KvEvents events(String storeName) {
    boolean inside = storeName.startsWith(name + "/");
    return inside ? events.of(storeName.substring(name.length() + 1)) : events;
  }

  /** Records nothing any more. */
  synchronized void close() {
    closed = true;
  }

  /** Records a STICKY option in the descriptor; without a directory there is nothing to record. */
  synchronized <T> void record(KvOption<T> option, T value) {
    if (option.kind() != KvOption.Kind.STICKY) {
      throw new IllegalArgumentException("option " + option.name() + " is not a STICKY one");
    }
    if (directory == null) {
      return;
    }
    if (closed) {
      throw new StoreClosedException(); // the directory may be someone else's
    }
    StoreDirectory store = new StoreDirectory(environment.disk(), directory);
    try {
      StoreDescriptor found =
          store
              .read()
              .orElseThrow(() -> new KvException("the descriptor is gone", directory, null));
      Map<String, String> options = new TreeMap<>(found.options());
      options.put(option.name(), option.format(option.check(value)));
      store.write(found.withOptions(options));
    } catch (IOException e) {
      throw DiskFiles.failure("option " + option.name() + " cannot be recorded", directory, e);
    }
  }
}
