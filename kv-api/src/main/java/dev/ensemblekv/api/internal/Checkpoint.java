// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.api.StoreDescriptor.State;
import dev.ensemblekv.api.StoreExistsException;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A copy of a store in the making: the engine's files between a descriptor that says {@code
 * creating} and one that says {@code ready}, so that a crash leaves nothing that looks like a
 * store. The copy has the id of the original, as one made by hand would.
 */
final class Checkpoint {
  private final OpenContext context;
  private final StoreDirectory target;

  private Checkpoint(OpenContext context, StoreDirectory target) {
    this.context = context;
    this.target = target;
  }

  /** Starts one; see {@link dev.ensemblekv.spi.KvOpenContext#checkpoint}. */
  static KvTask start(OpenContext context, Path directory, String unit, KvTask.Body copying) {
    Path path = directory.toAbsolutePath().normalize();
    if (path.startsWith(context.directory()) && !path.equals(context.directory())) {
      throw new IllegalArgumentException(
          "the directory of the checkpoint must not be inside that of the store: " + path);
    }
    Checkpoint checkpoint = new Checkpoint(context, new StoreDirectory(context.disk(), path));
    try {
      checkpoint.checkTarget();
    } catch (IOException e) {
      throw DiskFiles.failure("the directory for the checkpoint cannot be read", path, e);
    }
    return KvTask.start(
        context.executor(), "checkpoint", unit, progress -> checkpoint.make(copying, progress));
  }

  private void checkTarget() throws IOException {
    boolean exists = target.read().filter(found -> found.state() != State.CREATING).isPresent();
    if (exists) {
      throw new StoreExistsException(
          "there is a store here already; choose an empty directory or a new one for the checkpoint",
          target.path(),
          null);
    }
  }

  private void make(KvTask.Body copying, KvTask.Progress progress) {
    try {
      boolean created = target.create();
      DiskLock lock = target.lock(context.clock().instant());
      try {
        checkTarget();
        fill(copying, progress);
      } catch (IOException | RuntimeException | Error e) {
        DiskFiles.closeAfter(e, () -> target.abandon(lock, created));
        throw e;
      }
      target.unlock(lock);
    } catch (IOException e) {
      throw DiskFiles.failure("the checkpoint cannot be made", target.path(), e);
    }
  }

  private void fill(KvTask.Body copying, KvTask.Progress progress) throws IOException {
    StoreDescriptor original =
        DescriptorFile.read(context.disk(), context.directory())
            .orElseThrow(() -> new IllegalStateException("an open store without a descriptor"));
    target.write(original.withState(State.CREATING));
    target.clear();
    copying.run(progress);
    context.disk().syncDirectory(target.path());
    target.write(original.withState(State.READY));
  }
}
