// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What goes wrong on a {@link SimulatedDisk}: failures, a full disk, and calls that are left out.
 *
 * <p>The calls left out stand for calls that a program forgets to make: a harness that does not
 * find them out does not test anything. Thread-safe.
 */
public final class DiskFaults {
  private static final long NEVER = Long.MAX_VALUE;

  private final SimulatedDisk disk;

  // All guarded by disk.
  private final List<Failure> failures = new ArrayList<>();
  private final Map<DiskOperation, Predicate<Path>> omissions = new EnumMap<>(DiskOperation.class);
  private long failingChange = NEVER;
  private long capacityBytes = NEVER;

  /** A failure that waits for its operation. */
  private static final class Failure {
    final DiskOperation operation;
    final Predicate<Path> paths;
    long skips;
    long times;

    Failure(DiskOperation operation, Predicate<Path> paths, long skips, long times) {
      this.operation = operation;
      this.paths = paths;
      this.skips = skips;
      this.times = times;
    }
  }

  DiskFaults(SimulatedDisk disk) {
    this.disk = disk;
  }

  /** Makes the change of a number (see {@link SimulatedDisk#changes()}) throw an IOException. */
  public void failChange(long change) {
    synchronized (disk) {
      failingChange = change;
    }
  }

  /**
   * Makes one operation throw an IOException. A force that fails so lies afterwards: later ones
   * succeed, and what it was to make durable is read back but stays lost.
   *
   * @param skips how many such operations succeed before
   */
  public void fail(DiskOperation operation, long skips) {
    fail(operation, path -> true, skips, 1);
  }

  /**
   * Makes operations on some paths throw an IOException.
   *
   * @param skips how many such operations succeed before
   * @param times how many fail then
   */
  public void fail(DiskOperation operation, Predicate<Path> paths, long skips, long times) {
    synchronized (disk) {
      failures.add(new Failure(operation, paths, skips, times));
    }
  }

  /** Makes the disk full when files have grown by some bytes; deleting makes room again. */
  public void fullAfter(long bytes) {
    synchronized (disk) {
      capacityBytes = disk.usedBytes() + bytes;
    }
  }

  /**
   * Makes an operation on some paths do nothing and succeed. A rename that is left out still
   * happens, but a crash can split it.
   *
   * @throws IllegalArgumentException if the operation's result is needed
   */
  public void omit(DiskOperation operation, Predicate<Path> paths) {
    switch (operation) {
      case FORCE, SYNC_DIRECTORY, TRUNCATE, DELETE, RENAME, LOCK -> {}
      default -> throw new IllegalArgumentException(operation + " cannot be left out");
    }
    synchronized (disk) {
      omissions.merge(operation, paths, Predicate::or);
    }
  }

  /** Makes an operation do nothing and succeed, wherever it is asked for. */
  public void omit(DiskOperation operation) {
    omit(operation, path -> true);
  }

  /** Makes everything work again. */
  public void clear() {
    synchronized (disk) {
      failures.clear();
      omissions.clear();
      failingChange = NEVER;
      capacityBytes = NEVER;
    }
  }

  /** Makes this disk's omissions those of another, for the machine after a crash. */
  void omitAsBy(DiskFaults other) {
    synchronized (other.disk) {
      omissions.putAll(other.omissions);
    }
  }

  boolean isOmitted(DiskOperation operation, Path path) {
    Predicate<Path> paths = omissions.get(operation);
    return paths != null && paths.test(path);
  }

  /** Throws if an operation is to fail. */
  void check(DiskOperation operation, Path path, long change) throws IOException {
    if (change == failingChange) {
      throw failure(operation, path);
    }
    for (Failure failure : failures) {
      if (failure.operation == operation && failure.times > 0 && failure.paths.test(path)) {
        if (failure.skips > 0) {
          failure.skips--;
        } else {
          failure.times--;
          throw failure(operation, path);
        }
      }
    }
  }

  private static IOException failure(DiskOperation operation, Path path) {
    return new FileSystemException(path.toString(), null, "Input/output error at " + operation);
  }

  long freeBytes() {
    return capacityBytes == NEVER ? NEVER : Math.max(0, capacityBytes - disk.usedBytes());
  }

  IOException full(Path path) {
    return new FileSystemException(path.toString(), null, "No space left on device");
  }
}
