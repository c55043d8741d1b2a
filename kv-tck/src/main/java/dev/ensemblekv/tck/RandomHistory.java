// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Random operations on a store, checked against a sorted map, and shortened when they fail. */
final class RandomHistory {
  private static final byte[][] KEYS = {
    {0},
    {0, 0},
    {1},
    {'a'},
    {'a', 0},
    {'a', 'b'},
    {'a', 'b', 'c'},
    {'b'},
    {127},
    {-128},
    {-1},
    {-1, -1},
    {-1, -1, 0},
    {-2, -1}
  };
  private static final int MAX_BATCH = 8;
  private static final long MAX_SHORTENING_NANOS = 2_000_000_000;

  private RandomHistory() {}

  /** What is done in one step. */
  private enum Kind {
    PUT(24),
    DELETE(10),
    GET(8),
    READ(2),
    EXISTS(4),
    GET_ALL(3),
    COMPARE_AND_SET(10),
    BATCH(10),
    ITERATE(3),
    PREFIX(3),
    SCAN(8),
    SIZE(4),
    FLUSH(2),
    REOPEN(1);

    static final int TOTAL = 92;

    final int weight;

    Kind(int weight) {
      this.weight = weight;
    }

    static Kind draw(SplittableRandom random) {
      int left = random.nextInt(TOTAL);
      for (Kind kind : values()) {
        left -= kind.weight;
        if (left < 0) {
          return kind;
        }
      }
      return PUT;
    }
  }

  /** One step; all it needs is drawn from its own seed, so it means the same in any history. */
  record Step(Kind kind, long seed) {

    @Override
    public String toString() {
      SplittableRandom random = new SplittableRandom(seed);
      return kind + " " + ByteString.of(key(random)) + " #" + Long.toHexString(seed);
    }
  }

  static List<Step> draw(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Step> steps = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      steps.add(new Step(Kind.draw(random), random.nextLong()));
    }
    return steps;
  }

  private static byte[] key(SplittableRandom random) {
    return KEYS[random.nextInt(KEYS.length)].clone();
  }

  private static byte[] value(SplittableRandom random) {
    int length = random.nextInt(10) == 0 ? random.nextInt(3000) : random.nextInt(20);
    byte[] value = new byte[length];
    random.nextBytes(value);
    return value;
  }

  /** Runs histories, each in a store of its own. */
  static final class Runner {
    private final IntFunction<KvStore> opening;
    private final Set<KvFeature> features;
    private final long limitNanos;
    private int directories;

    /**
     * Creates a runner.
     *
     * @param opening opens the store of a number
     */
    Runner(IntFunction<KvStore> opening, Set<KvFeature> features, Duration limit) {
      this.opening = opening;
      this.features = features;
      this.limitNanos = Math.min(limit.toNanos() / 2, MAX_SHORTENING_NANOS);
    }

    /** Runs a history; throws with the shortest found that fails as well. */
    void check(List<Step> history) {
      String failure = run(history);
      if (failure == null) {
        return;
      }
      List<Step> shortened = shorten(history);
      StringBuilder text = new StringBuilder("after these steps: ");
      shortened.forEach(step -> text.append("\n  ").append(step));
      throw new AssertionError(Objects.requireNonNullElse(run(shortened), failure) + "\n" + text);
    }

    /** Leaves out ever smaller parts as long as what is left still fails. */
    private List<Step> shorten(List<Step> history) {
      long deadline = System.nanoTime() + limitNanos;
      List<Step> shortest = history;
      for (int part = history.size() / 2; part >= 1; part /= 2) {
        for (int from = 0; from < shortest.size() && System.nanoTime() < deadline; ) {
          List<Step> shorter = new ArrayList<>(shortest);
          shorter.subList(from, Math.min(from + part, shorter.size())).clear();
          if (run(shorter) != null) {
            shortest = shorter;
          } else {
            from += part;
          }
        }
      }
      return shortest;
    }

    /** Runs a history; returns what is wrong, or {@code null}. */
    private @Nullable String run(List<Step> history) {
      Run run = new Run(directories++);
      try {
        for (Step step : history) {
          run.step(step);
        }
        run.checkAll();
        return null;
      } catch (AssertionError | RuntimeException e) {
        return e.toString();
      } finally {
        run.close();
      }
    }

    /** One store and the map beside it. */
    private final class Run {
      private final NavigableMap<ByteString, ByteString> model = new TreeMap<>();
      private final int number;
      private KvStore store;

      Run(int number) {
        this.number = number;
        this.store = opening.apply(number);
      }

      void close() {
        try {
          store.close();
        } catch (RuntimeException | Error e) {
          // The failure, if there is one, is known.
        }
      }

      void step(Step step) {
        SplittableRandom random = new SplittableRandom(step.seed);
        byte[] key = key(random);
        switch (step.kind) {
          case PUT -> put(key, value(random));
          case DELETE -> delete(key);
          case GET -> expect("get", key, model.get(ByteString.of(key)), store.get(key));
          case READ -> read(key);
          case EXISTS ->
              expect("exists", key, model.containsKey(ByteString.of(key)), store.exists(key));
          case GET_ALL -> getAll(key, key(random), key(random));
          case COMPARE_AND_SET -> compareAndSet(key, random);
          case BATCH -> batch(random);
          case ITERATE -> expect("iterate", new byte[0], model, Chapter.contents(store));
          case PREFIX -> prefix(key, random);
          case SCAN -> scan(key, key(random), random.nextInt(6), random.nextBoolean());
          case SIZE -> expect("size", new byte[0], (long) model.size(), store.size());
          case FLUSH -> store.flush();
          case REOPEN -> reopen();
        }
      }

      private void put(byte[] key, byte[] value) {
        store.put(key, value);
        model.put(ByteString.of(key), ByteString.of(value));
      }

      private void delete(byte[] key) {
        store.delete(key);
        model.remove(ByteString.of(key));
      }

      private void read(byte[] key) {
        byte[] seen =
            store.read(
                key,
                value -> {
                  byte[] bytes = new byte[value.remaining()];
                  value.get(bytes);
                  return bytes;
                });
        expect("read", key, model.get(ByteString.of(key)), seen);
      }

      private void getAll(byte[] first, byte[] second, byte[] third) {
        List<byte[]> keys = List.of(first, second, third);
        List<byte @Nullable []> values = store.getAll(keys);
        for (int i = 0; i < keys.size(); i++) {
          expect("getAll", keys.get(i), model.get(ByteString.of(keys.get(i))), values.get(i));
        }
      }

      private void compareAndSet(byte[] key, SplittableRandom random) {
        if (!features.contains(KvFeature.COMPARE_AND_SET)) {
          return;
        }
        ByteString present = model.get(ByteString.of(key));
        boolean right = random.nextInt(4) != 0;
        byte[] wrong = random.nextBoolean() ? value(random) : null;
        byte[] expected = right ? (present == null ? null : present.toArray()) : wrong;
        byte[] replacement = random.nextInt(4) == 0 ? null : value(random);
        boolean swaps = Objects.equals(present, ByteString.ofNullable(expected));
        expect("compareAndSet", key, swaps, store.compareAndSet(key, expected, replacement));
        if (swaps && replacement == null) {
          model.remove(ByteString.of(key));
        } else if (swaps && replacement != null) {
          model.put(ByteString.of(key), ByteString.of(replacement));
        }
      }

      private void batch(SplittableRandom random) {
        KvBatch batch = new KvBatch();
        for (int i = random.nextInt(MAX_BATCH); i >= 0; i--) {
          byte[] key = key(random);
          if (random.nextInt(3) == 0) {
            batch.delete(key);
            model.remove(ByteString.of(key));
          } else {
            byte[] value = value(random);
            batch.put(key, value);
            model.put(ByteString.of(key), ByteString.of(value));
          }
        }
        store.write(batch);
      }

      private void prefix(byte[] key, SplittableRandom random) {
        byte[] prefix = Arrays.copyOf(key, random.nextInt(key.length + 1));
        NavigableMap<ByteString, ByteString> expected = inRange(KeyRange.prefix(prefix));
        NavigableMap<ByteString, ByteString> visited = new TreeMap<>();
        store.forEach(
            prefix,
            (visitedKey, value) ->
                visited.put(ByteString.of(visitedKey), ByteString.of(value)) == null);
        expect("forEach of prefix", prefix, expected, visited);
      }

      private void scan(byte[] first, byte[] second, int kind, boolean reverse) {
        if (!features.contains(KvFeature.ORDERED)) {
          return;
        }
        KeyRange range =
            switch (kind) {
              case 0 -> KeyRange.all();
              case 1 -> KeyRange.from(first);
              case 2 -> KeyRange.to(first);
              case 3 -> KeyRange.prefix(first);
              default -> KeyRange.of(first, second);
            };
        NavigableMap<ByteString, ByteString> expected = inRange(range);
        KeyRange directed = reverse ? range.reversed() : range;
        List<Map.Entry<ByteString, ByteString>> seen = new ArrayList<>();
        try (KvCursor cursor = store.scan(directed)) {
          while (cursor.next()) {
            seen.add(Map.entry(ByteString.of(cursor.key()), ByteString.of(cursor.value())));
          }
        }
        expect(
            "scan of " + directed,
            first,
            List.copyOf((reverse ? expected.descendingMap() : expected).entrySet()),
            seen);
      }

      private NavigableMap<ByteString, ByteString> inRange(KeyRange range) {
        NavigableMap<ByteString, ByteString> inRange = new TreeMap<>(model);
        inRange.keySet().removeIf(key -> !range.contains(key.toArray()));
        return inRange;
      }

      private void reopen() {
        if (features.contains(KvFeature.PERSISTENT)) {
          store.close();
          store = opening.apply(number);
          checkAll();
        }
      }

      void checkAll() {
        expect("iterate", new byte[0], model, Chapter.contents(store));
        expect("size", new byte[0], (long) model.size(), store.size());
        for (byte[] key : KEYS) {
          expect("get", key, model.get(ByteString.of(key)), store.get(key));
        }
      }

      private void expect(
          String what, byte[] key, @Nullable ByteString expected, byte @Nullable [] actual) {
        expect(what, key, (Object) expected, ByteString.ofNullable(actual));
      }

      private void expect(
          String what, byte[] key, @Nullable Object expected, @Nullable Object actual) {
        if (!Objects.equals(expected, actual)) {
          throw new AssertionError(
              what + " of " + ByteString.show(key) + " gave " + actual + ", expected " + expected);
        }
      }
    }
  }
}
