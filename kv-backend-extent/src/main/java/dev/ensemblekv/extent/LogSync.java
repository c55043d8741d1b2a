// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.GroupLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the log durable, in the order of its segments, so that what a loss of power leaves of it is
 * a beginning of it. Those who ask at the same time share one wait for the medium.
 */
final class LogSync {
  private final StoreFiles files;
  private final Pins pins;
  private final Appender end;
  private final Log.Events events;
  private final GroupLock forcing = new GroupLock(this::durableSequence);

  // Written while forcing.
  private volatile Manifest.Position durable;
  private volatile long durableSequence;

  /**
   * Creates what makes a log durable.
   *
   * @param durable up to where it is
   * @param sequence the last number up to there
   */
  LogSync(
      StoreFiles files,
      Pins pins,
      Appender end,
      Manifest.Position durable,
      long sequence,
      Log.Events events) {
    this.files = files;
    this.pins = pins;
    this.end = end;
    this.events = events;
    this.durable = durable;
    this.durableSequence = sequence;
  }

  /** Returns up to where the log is durable. */
  Manifest.Position durable() {
    return durable;
  }

  private long durableSequence() {
    return durableSequence;
  }

  /** Makes everything up to a record durable; those who come meanwhile share the next force. */
  void force(long through) {
    if (durableSequence >= through) {
      return;
    }
    if (forcing.lockUnlessReached(through)) {
      try {
        events.checkNotFailed();
        forceAll();
      } finally {
        forcing.unlock();
      }
    }
    events.forced();
  }

  /** Makes everything durable, even if nothing seems to have changed. */
  void force() {
    forcing.lock();
    try {
      events.checkNotFailed();
      forceAll();
    } finally {
      forcing.unlock();
    }
  }

  /**
   * Makes the full segments durable, so that there is less to do for the next force. For a thread
   * in the background: it waits a moment for each, until nobody can write to it any more.
   */
  void forceRolled() {
    events.checkNotFailed();
    List<Appender.Rolled> full = end.rolled();
    if (full.isEmpty()) {
      return;
    }
    full.forEach(one -> seal(one.segment()));
    forcing.lock();
    try {
      events.checkNotFailed();
      List<Appender.Rolled> left = new ArrayList<>(full);
      left.retainAll(end.rolled()); // others may have forced some of them
      forceRolled(left);
    } finally {
      forcing.unlock();
    }
    events.forced();
  }

  private void forceAll() {
    Appender.Reach reach = end.reach();
    forceRolled(reach.rolled());
    for (Segment segment : reach.others()) {
      force(segment);
    }
    reached(reach.position(), reach.sequence());
  }

  private void forceRolled(List<Appender.Rolled> rolled) {
    for (Appender.Rolled full : rolled) {
      Segment segment = full.segment();
      finish(segment);
      reached(new Manifest.Position(segment.id(), segment.end()), full.sequence());
    }
    end.forced(rolled);
  }

  private void reached(Manifest.Position position, long sequence) {
    if (position.compareTo(durable) > 0) {
      durable = position;
    }
    durableSequence = Math.max(durableSequence, sequence);
  }

  private void seal(Segment segment) {
    try {
      StoredBytes former = segment.seal(files);
      if (former != null) {
        pins.retireSoon(former::close);
      }
    } catch (IOException e) {
      throw notDurable(segment, e);
    }
  }

  private void finish(Segment segment) {
    try {
      segment.trim();
      segment.finish();
    } catch (IOException e) {
      throw notDurable(segment, e);
    }
  }

  private void force(Segment segment) {
    try {
      segment.force();
    } catch (IOException e) {
      throw notDurable(segment, e);
    }
  }

  private KvException notDurable(Segment segment, IOException e) {
    return events.failed("the log cannot be made durable", segment.path(), e);
  }

  /** Says that nothing has a number up to this one that is not durable. */
  void skipTo(long sequence) {
    forcing.lock();
    try {
      durableSequence = Math.max(durableSequence, sequence);
    } finally {
      forcing.unlock();
    }
  }
}
