// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a simulated file: as programs see them, as they are on the medium, and the changes
 * between the two, in their order.
 *
 * <p>Pages are never changed in place, so that images share them. A page may be shorter than {@link
 * #PAGE_BYTES}, or missing: what it lacks is zero. Guarded by the disk.
 */
final class FileContent extends SimulatedNode {
  static final int PAGE_BYTES = 4096;

  private static final byte[] NO_BYTES = {};

  private Pages live = new Pages();
  private Pages durable = live;
  private final List<Change> pending = new ArrayList<>();

  /** Whether some changes were given up by a force that failed: the medium will never see them. */
  private boolean gaveUp;

  /** The pages and the length of a file. */
  private static final class Pages {
    byte[][] pages = {};
    long length;
    private long hash;

    /** Returns 64 bits that tell contents apart. */
    long hash() {
      if (hash == 0) {
        CRC32 low = new CRC32();
        CRC32C high = new CRC32C();
        for (int i = 0; (long) i * PAGE_BYTES < length; i++) {
          byte[] bytes = page(i);
          low.update(bytes, 0, bytes.length);
          high.update(bytes, 0, bytes.length);
          low.update(bytes.length);
          low.update(bytes.length >> Byte.SIZE);
        }
        hash = (high.getValue() << Integer.SIZE | low.getValue()) * 31 + length;
      }
      return hash;
    }

    Pages copy() {
      Pages copy = new Pages();
      copy.pages = pages.clone();
      copy.length = length;
      return copy;
    }

    byte[] page(int index) {
      return index < pages.length && pages[index] != null ? pages[index] : NO_BYTES;
    }

    void write(int index, int from, byte[] bytes, int offset, int count) {
      byte[] old = page(index);
      byte[] page = Arrays.copyOf(old, Math.max(old.length, from + count));
      System.arraycopy(bytes, offset, page, from, count);
      set(index, page);
      lengthen((long) index * PAGE_BYTES + from + count);
    }

    void set(int index, byte[] page) {
      hash = 0;
      if (index >= pages.length) {
        pages = Arrays.copyOf(pages, Math.max(index + 1, pages.length * 2));
      }
      pages[index] = page;
    }

    void lengthen(long newLength) {
      hash = 0;
      length = Math.max(length, newLength);
    }

    void truncate(long newLength) {
      hash = 0;
      int last = (int) (newLength / PAGE_BYTES);
      for (int i = last + 1; i < pages.length; i++) {
        pages[i] = NO_BYTES;
      }
      int kept = (int) (newLength % PAGE_BYTES);
      if (page(last).length > kept) {
        set(last, Arrays.copyOf(page(last), kept));
      }
      length = newLength;
    }

    int read(long position, byte[] bytes, int offset, int count) {
      int wanted = (int) Math.max(0, Math.min(count, length - position));
      for (int done = 0; done < wanted; ) {
        long at = position + done;
        int from = (int) (at % PAGE_BYTES);
        int part = Math.min(wanted - done, PAGE_BYTES - from);
        byte[] page = page((int) (at / PAGE_BYTES));
        int present = Math.max(0, Math.min(part, page.length - from));
        System.arraycopy(page, Math.min(from, page.length), bytes, offset + done, present);
        Arrays.fill(bytes, offset + done + present, offset + done + part, (byte) 0);
        done += part;
      }
      return wanted;
    }
  }

  /** One change that is not on the medium yet. */
  private static final class Change {
    /** The page as it is after the change; {@code null} if this cuts the file. */
    final byte @Nullable [] page;

    final int index;
    final int from;
    final int to;
    final long cutLength;

    private Change(byte @Nullable [] page, int index, int from, int to, long cutLength) {
      this.page = page;
      this.index = index;
      this.from = from;
      this.to = to;
      this.cutLength = cutLength;
    }

    static Change write(byte[] page, int index, int from, int to) {
      return new Change(page, index, from, to, 0);
    }

    static Change cut(long length) {
      return new Change(null, 0, 0, 0, length);
    }

    /** Does the change, as far as a write goes up to some byte of the page. */
    void apply(Pages pages, int end) {
      if (page == null) {
        if (cutLength < pages.length) {
          pages.truncate(cutLength);
        }
      } else if (end > from) {
        pages.write(index, from, page, from, end - from);
      }
    }

    void apply(Pages pages) {
      apply(pages, to);
    }
  }

  long size() {
    return live.length;
  }

  int read(long position, byte[] bytes, int offset, int count) {
    return live.read(position, bytes, offset, count);
  }

  /** Reads what is on the medium. */
  int readDurable(long position, byte[] bytes, int offset, int count) {
    return durable.read(position, bytes, offset, count);
  }

  /** Returns the hash of what a crash would leave if nothing were pending. */
  long durableHash() {
    return durable.hash();
  }

  /** The two are the same until one changes. */
  private void separate() {
    if (live == durable) {
      live = durable.copy();
    }
  }

  void write(long position, byte[] bytes, int offset, int count) {
    separate();
    for (int done = 0; done < count; ) {
      long at = position + done;
      int index = (int) (at / PAGE_BYTES);
      int from = (int) (at % PAGE_BYTES);
      int part = Math.min(count - done, PAGE_BYTES - from);
      live.write(index, from, bytes, offset + done, part);
      pending.add(Change.write(live.page(index), index, from, from + part));
      done += part;
    }
  }

  void truncate(long length) {
    if (length < live.length) {
      separate();
      live.truncate(length);
      pending.add(Change.cut(length));
    }
  }

  void force() {
    if (gaveUp) {
      Pages forced = durable.copy();
      pending.forEach(change -> change.apply(forced));
      durable = forced;
    } else {
      durable = live;
    }
    pending.clear();
  }

  /** Does what a kernel does when it cannot write back: forgets that there was something to do. */
  void giveUp() {
    gaveUp |= !pending.isEmpty();
    pending.clear();
  }

  boolean isDurable() {
    return pending.isEmpty() && !gaveUp;
  }

  /** Returns the file as it is found after a loss of power. */
  FileContent afterCrash(Fate fate) {
    if (pending.isEmpty()) {
      return of(durable);
    }
    Pages found = durable.copy();
    // Of one page a later write cannot be on the medium without an earlier one.
    Map<Integer, Boolean> ended = new HashMap<>();
    for (Change change : pending) {
      if (change.page == null) {
        Fate.Truncation outcome = fate.ofTruncation();
        if (outcome == Fate.Truncation.LOST_WITH_THE_REST) {
          break;
        }
        if (outcome == Fate.Truncation.KEPT) {
          change.apply(found);
        }
      } else if (!ended.containsKey(change.index)) {
        Fate.Write outcome = fate.ofWrite();
        if (outcome != Fate.Write.KEPT) {
          ended.put(change.index, true);
        }
        apply(change, outcome, fate, found);
      }
    }
    return of(found);
  }

  private static void apply(Change change, Fate.Write outcome, Fate fate, Pages found) {
    switch (outcome) {
      case KEPT -> change.apply(found);
      case TORN -> change.apply(found, change.from + fate.tornBytes(change.to - change.from));
      case ZEROED -> {
        long end = (long) change.index * PAGE_BYTES + change.to;
        found.lengthen(end); // and what is there stays
      }
      case DROPPED -> {}
    }
  }

  /** Returns the file as other processes see it: everything, with the same changes pending. */
  FileContent copy() {
    FileContent copy = new FileContent();
    copy.live = live == durable ? durable : live.copy();
    copy.durable = durable;
    copy.pending.addAll(pending);
    copy.gaveUp = gaveUp;
    return copy;
  }

  /** Replaces what is read and what is on the medium, for tests of damage. */
  void damage(byte[] bytes) {
    Pages pages = new Pages();
    for (int at = 0; at < bytes.length; at += PAGE_BYTES) {
      pages.write(at / PAGE_BYTES, 0, bytes, at, Math.min(PAGE_BYTES, bytes.length - at));
    }
    live = pages;
    durable = pages;
    pending.clear();
    gaveUp = false;
  }

  private static FileContent of(Pages pages) {
    FileContent content = new FileContent();
    content.live = pages;
    content.durable = pages;
    return content;
  }
}
