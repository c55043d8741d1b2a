// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * An iterator that fetches a page of pairs at a time and holds nothing of the store in between, so
 * one that is abandoned costs nothing.
 *
 * <p>Pages begin small, for those who look at the first pairs only, and double up to a limit of
 * pairs and of bytes. A read error is thrown by the step that needs the page, and by the next one
 * again if it persists. Used by one thread at a time.
 */
abstract class PageIterator implements Iterator<Pair> {
  static final int FIRST_PAGE_PAIRS = 8;
  static final int MAX_PAGE_PAIRS = 512;
  private static final long MAX_PAGE_BYTES = 1 << 20;

  final RangeView view;
  final boolean withValues;
  private int pagePairs = FIRST_PAGE_PAIRS;
  private Iterator<Pair> page = List.<Pair>of().iterator();

  private PageIterator(RangeView view, boolean withValues) {
    this.view = view;
    this.withValues = withValues;
  }

  /** Returns up to this many of the next pairs; none only at the end. */
  abstract List<Pair> fetch(int maxPairs);

  @Override
  public final boolean hasNext() {
    if (!page.hasNext()) {
      page = fetch(pagePairs).iterator();
      pagePairs = Math.min(2 * pagePairs, MAX_PAGE_PAIRS);
    }
    return page.hasNext();
  }

  @Override
  public final Pair next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the end of the keys was reached");
    }
    return page.next();
  }

  /** Over an ordered store: each page is a scan from behind the last key of the one before. */
  static final class ByKey extends PageIterator {
    private @Nullable KeyRange rest;

    ByKey(RangeView view, boolean withValues) {
      super(view, withValues);
      this.rest = view.range();
    }

    @Override
    List<Pair> fetch(int maxPairs) {
      if (rest == null || rest.isEmpty()) {
        return List.of();
      }
      List<Pair> pairs = new ArrayList<>(maxPairs);
      long bytes = 0;
      boolean more = true;
      try (KvCursor cursor = view.store().scan(rest)) {
        while (pairs.size() < maxPairs && bytes < MAX_PAGE_BYTES && (more = cursor.next())) {
          Pair pair = new Pair(cursor.key(), withValues ? cursor.value() : null);
          bytes += pair.key.length + (withValues ? pair.value().length : 0);
          pairs.add(pair);
        }
      }
      rest = more ? view.tail(pairs.get(pairs.size() - 1).key, false) : null;
      return pairs;
    }
  }

  /**
   * Over a store without order, where no page could tell where the next one begins: the keys are
   * collected at the first step, the values read by pages.
   */
  static final class Collected extends PageIterator {
    private @Nullable List<byte[]> keys;
    private int nextIndex;

    Collected(RangeView view, boolean withValues) {
      super(view, withValues);
    }

    @Override
    List<Pair> fetch(int maxPairs) {
      if (keys == null) {
        List<byte[]> all = new ArrayList<>();
        view.forEachKey(all::add);
        keys = all; // only now: a walk that failed must not look like a short one
      }
      List<Pair> pairs = new ArrayList<>();
      long bytes = 0;
      while (pairs.size() < maxPairs && bytes < MAX_PAGE_BYTES && nextIndex < keys.size()) {
        byte[] key = keys.get(nextIndex);
        byte[] value = withValues ? view.store().get(key) : null;
        nextIndex++;
        if (value != null || !withValues) {
          pairs.add(new Pair(key, value));
          bytes += key.length + (value == null ? 0 : value.length);
        }
      }
      return pairs;
    }
  }
}
