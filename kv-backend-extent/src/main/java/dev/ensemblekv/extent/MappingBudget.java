// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides whether the stores of this process are read by mappings: as long as all of them together
 * fit into a part of the memory. Beyond it, a mapping reads a great deal around each record that is
 * asked for, so then all go on by calls. Thread-safe.
 */
final class MappingBudget {
  /** Linux lets a process have 65530 mappings, of which the JVM needs some. */
  private static final int MOST_MAPPINGS = 16 << 10;

  private static final MappingBudget OF_PROCESS =
      new MappingBudget(memoryBytes() / 2, MOST_MAPPINGS);

  private final long mostBytes;
  private final int mostMappings;

  // Guarded by this.
  private final Set<Share> shares = new HashSet<>();
  private long bytes;
  private long mappings;

  private volatile boolean exceeded; // written under the lock

  MappingBudget(long mostBytes, int mostMappings) {
    this.mostBytes = mostBytes;
    this.mostMappings = mostMappings;
  }

  /** Returns that of this process: half of the memory of the machine, or of the container. */
  static MappingBudget ofProcess() {
    return OF_PROCESS;
  }

  private static long memoryBytes() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
        ? machine.getTotalMemorySize()
        : 0;
  }

  /** Returns the share of a store that is being opened, of which nothing counts so far. */
  Share share(ExtentOptions.Access access) {
    return new Share(access);
  }

  private synchronized List<Share> change(Share share, long newBytes, long newMappings) {
    bytes += newBytes - share.bytes;
    mappings += newMappings - share.mappings;
    share.bytes = newBytes;
    share.mappings = newMappings;
    boolean before = exceeded;
    exceeded = bytes > mostBytes || mappings > mostMappings;
    return exceeded && !before ? List.copyOf(shares) : List.of();
  }

  /** What one store has of it. */
  final class Share implements Mappings, AutoCloseable {
    private final ExtentOptions.Access access;
    private volatile Runnable listener = () -> {};

    // Guarded by the budget.
    private long bytes;
    private long mappings;

    private Share(ExtentOptions.Access access) {
      this.access = access;
    }

    @Override
    public boolean ofGrowing() {
      return access != ExtentOptions.Access.POSITIONED;
    }

    @Override
    public boolean ofSealed() {
      return access == ExtentOptions.Access.MAPPED
          || (access == ExtentOptions.Access.AUTO && !exceeded);
    }

    /**
     * Says how great the store is, mapped or not; if that is too much, tells all stores so.
     *
     * @param newBytes of its files
     * @param newMappings that these would take
     */
    void resize(long newBytes, long newMappings) {
      if (access != ExtentOptions.Access.POSITIONED) {
        change(this, newBytes, newMappings).forEach(share -> share.listener.run());
      }
    }

    /** Has somebody told, on whatever thread, when {@link #ofSealed} may have become false. */
    void onExceeded(Runnable told) {
      synchronized (MappingBudget.this) {
        listener = told;
        shares.add(this);
      }
    }

    /** Gives the share back. */
    @Override
    public void close() {
      synchronized (MappingBudget.this) {
        shares.remove(this);
        change(this, 0, 0);
      }
    }
  }
}
