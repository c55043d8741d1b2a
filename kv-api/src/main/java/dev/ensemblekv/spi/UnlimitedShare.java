// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

/** The share of a store that shares with no other. */
final class UnlimitedShare implements KvBudget.Share {
  static final UnlimitedShare INSTANCE = new UnlimitedShare();

  private UnlimitedShare() {}

  @Override
  public long reserve(long wantedBytes, long leastBytes) {
    return wantedBytes;
  }

  @Override
  public void memoryChanged() {}

  @Override
  public boolean isMemoryShort() {
    return false;
  }

  @Override
  public boolean tryBegin() {
    return true;
  }

  @Override
  public void end() {}

  @Override
  public long written(long bytes) {
    return 0;
  }

  @Override
  public void close() {}
}
