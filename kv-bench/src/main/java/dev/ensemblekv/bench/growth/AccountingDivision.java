// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.ensemblekv.spi.DivisibleStore;
import dev.ensemblekv.spi.HashSlice;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.eclipse.collections.impl.map.mutable.primitive.IntIntHashMap;

/**
 * The division of a substore that is accounts, as the extent engine does it: nothing is copied;
 * each half writes its index anew; and what was divided before is moved, each half its own. For one
 * thread.
 */
final class AccountingDivision implements DivisibleStore {
  private static final int INDEX_BYTES = 28;

  private final AccountingStore store;
  private final Accounts accounts;
  private final OptionalLong seed;
  private final Hasher64 hasher;

  AccountingDivision(AccountingStore store, Accounts accounts, OptionalLong seed) {
    this.store = store;
    this.accounts = accounts;
    this.seed = seed;
    this.hasher = Hashing.xxh3_64(seed.orElse(0));
  }

  private int routing(int put) {
    return (int) (hasher.hashBytesToLong(AccountingStore.key(put)) >>> Integer.SIZE);
  }

  @Override
  public boolean isHashedWith(long other) {
    return seed.isPresent() && seed.getAsLong() == other;
  }

  /** What is to be moved is moved at once. */
  @Override
  public boolean isDivisible() {
    return true;
  }

  @Override
  public Count count(HashSlice slice) {
    return new BothHalves(slice);
  }

  @Override
  public void copyTo(Path directory, int branch, HashSlice slice) {
    IntIntHashMap stays = new IntIntHashMap();
    IntIntHashMap leaves = new IntIntHashMap();
    int number = accounts.share();
    store.forEachPut(
        (put, shared) -> {
          IntIntHashMap half = slice.contains(routing(put)) ? leaves : stays;
          half.put(put, shared == Shared.NONE ? number : Shared.NONE);
          if (shared == Shared.NONE) {
            accounts.addShared(number, store.weight(put));
          } else {
            accounts.moveShared(shared, store.weight(put));
          }
        });
    accounts.rewrite((long) INDEX_BYTES * (stays.size() + leaves.size()));
    store.replace(stays);
    accounts.addCopy(directory, leaves);
  }

  @Override
  public void retain(HashSlice slice) {
    store.giveUp(put -> !slice.contains(routing(put)));
  }

  @Override
  public void prepareWrites() {}

  /** A count of both halves, at once. */
  private final class BothHalves implements Count {
    private long keys;
    private long bytes;
    private long otherKeys;
    private long otherBytes;

    BothHalves(HashSlice slice) {
      store.forEachPut(
          (put, shared) -> {
            if (slice.contains(routing(put))) {
              keys++;
              bytes += store.weight(put);
            } else {
              otherKeys++;
              otherBytes += store.weight(put);
            }
          });
    }

    @Override
    public boolean next() {
      return false;
    }

    @Override
    public double progress() {
      return 1;
    }

    @Override
    public Halves counted() {
      return new Halves(keys, bytes, otherKeys, otherBytes);
    }
  }
}
