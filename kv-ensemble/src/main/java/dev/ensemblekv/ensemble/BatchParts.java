// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * A batch, divided by the substores that own its keys according to one table. All stripes are taken
 * before the first write, in ascending order of substore and number, so that two batches cannot
 * wait for each other.
 */
final class BatchParts {
  private final Map<Substore, Part> parts;

  /** What goes to one substore. */
  private static final class Part {
    final KvBatch batch = new KvBatch();
    final BitSet stripes = new BitSet();
    long puts;
    long putBytes;
  }

  private BatchParts(Map<Substore, Part> parts) {
    this.parts = parts;
  }

  static BatchParts of(KvBatch batch, RoutingTable table, KeyHash hash) {
    Map<Substore, Part> parts = new TreeMap<>(Comparator.comparingInt(Substore::id));
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            Part part = part(key);
            part.batch.put(key, value);
            part.puts++;
            part.putBytes += (long) key.length + value.length;
          }

          @Override
          public void delete(byte[] key) {
            part(key).batch.delete(key);
          }

          private Part part(byte[] key) {
            int bits = hash.bits(key);
            Substore owner = table.route(bits).substore();
            Part part = parts.computeIfAbsent(owner, substore -> new Part());
            part.stripes.set(owner.stripes().stripe(bits));
            return part;
          }
        });
    return new BatchParts(parts);
  }

  Collection<Substore> substores() {
    return parts.keySet();
  }

  void lock() {
    parts.forEach((substore, part) -> substore.stripes().lock(part.stripes));
  }

  void unlock() {
    parts.forEach((substore, part) -> substore.stripes().unlock(part.stripes));
  }

  void write(Durability durability) {
    parts.forEach(
        (substore, part) -> {
          substore.write(part.batch, durability);
          substore.size().add(part.puts, part.putBytes);
        });
  }

  /** Sees to it that all substores can take their parts; see {@link PendingParts}. */
  void settle() {
    parts.keySet().forEach(Substore::settle);
  }

  /**
   * Writes the parts of a batch that the journal has durably: all of them, even if one fails.
   *
   * @param located adds to an exception where it was
   */
  void writeJournaled(long number, BiConsumer<KvException, Substore> located) {
    List<Throwable> failures = new ArrayList<>();
    parts.forEach(
        (substore, part) -> {
          substore.size().add(part.puts, part.putBytes);
          try {
            substore.writeJournaled(part.batch, number);
          } catch (KvException e) {
            located.accept(e, substore);
            failures.add(e);
          } catch (RuntimeException | Error e) {
            failures.add(e);
          }
        });
    Parallel.throwFirst(failures);
  }

  /** Tells whether a substore lacks its part of the batch of a number. */
  boolean isMissing(long number) {
    return parts.keySet().stream().anyMatch(substore -> substore.journalNumber() < number);
  }

  /** Writes the parts that substores lack; returns how many. */
  int writeMissing(long number) {
    int[] written = new int[1];
    parts.forEach(
        (substore, part) -> {
          if (substore.journalNumber() < number) {
            substore.size().add(part.puts, part.putBytes);
            substore.writeMissing(part.batch, number);
            written[0]++;
          }
        });
    return written[0];
  }
}
