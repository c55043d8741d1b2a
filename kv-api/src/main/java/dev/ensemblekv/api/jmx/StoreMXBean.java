// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.jmx;

import java.util.Date;
import java.util.Map;
import java.util.SortedMap;
import javax.management.ObjectName;

/**
 * A store, under {@code dev.ensemblekv:type=Store,store=NAME}; a substore, where the option {@code
 * substoreMBeans} asks for it, under the same with {@code ,substore=0007}.
 *
 * <p>Figures come from {@link dev.ensemblekv.api.KvStore#stats()}; those of an ensemble are made of
 * the figures of its substores. All attributes that are asked for in one request are of one moment.
 */
@Description("A store: its state, figures and events, and what can be done with it.")
public interface StoreMXBean {

  /** Returns the name of the store. */
  @Description("Name of the store.")
  String getName();

  /** Returns the spec it was opened with. */
  @Description("Spec that the store was opened with, such as ensemble:extent.")
  String getSpec();

  /** Returns its id. */
  @Description("Id of the store, 32 hexadecimal digits, fixed at its creation.")
  String getId();

  /** Returns where it is. */
  @Description("Directory of the store; empty if it has none.")
  String getPath();

  /** Returns when it was opened. */
  @Description("When the store was opened.")
  Date getOpened();

  /** Tells whether it is open for reading only. */
  @Description("Whether the store was opened for reading only.")
  boolean isReadOnly();

  /** Returns the declared features. */
  @Description("Features that the store declares.")
  String[] getFeatures();

  /** Returns the name of its {@link dev.ensemblekv.api.KvState}. */
  @Description("OPEN; DEGRADED: part of it does not work; FAILED: writes are refused; CLOSED.")
  String getState();

  /** Returns why it is not open and well. */
  @Description("Why the state is not OPEN; empty if it is.")
  String getProblem();

  /** Returns how many substores there are. */
  @Description("Substores of an ensemble; 0 for a store that has none.")
  int getSubstoreCount();

  /** Returns how many keys are live, at most. */
  @Description("Live keys: exact or at most, as KeysExact tells; -1: unknown.")
  long getKeysAtMost();

  /** Tells whether {@link #getKeysAtMost()} is exact. */
  @Description("Whether KeysAtMost is the exact number of live keys.")
  boolean isKeysExact();

  /** Returns how many bytes are live, at most. */
  @Description(
      "Bytes of live keys and values: exact or at most, as LiveBytesExact tells; -1: unknown.")
  long getLiveBytesAtMost();

  /** Tells whether {@link #getLiveBytesAtMost()} is exact. */
  @Description("Whether LiveBytesAtMost is exact.")
  boolean isLiveBytesExact();

  /** Returns how many bytes on disk are known to be of no use. */
  @Description("Bytes on disk known to be superseded or deleted; -1: unknown.")
  long getDeadBytes();

  /** Returns how many bytes the files have. */
  @Description("Bytes of the files of the store; -1: unknown.")
  long getDiskBytes();

  /** Returns how much more space the files take than what is live. */
  @Description("Bytes of the files to live bytes, as they are known; NaN: unknown.")
  double getSpaceAmplification();

  /** Returns how much more was written to the files than by users. */
  @Description(
      "Bytes written to the files to bytes of keys and values written, since StatisticsSince; NaN:"
          + " unknown.")
  double getWriteAmplification();

  /** Returns what the parts of the store take in memory. */
  @Description(
      "Bytes in memory by part, heap and native, as far as the engine tells; of files that are"
          + " mapped, what of them the operating system has in memory may be less.")
  SortedMap<String, Long> getMemoryBytes();

  /** Returns how many files are open. */
  @Description("Files that the store has open; -1: unknown.")
  long getOpenFiles();

  /** Returns how many cursors are open. */
  @Description("Cursors and iterations that are open.")
  long getOpenCursors();

  /** Returns how old the oldest snapshot is. */
  @Description(
      "Age of the oldest snapshot that keeps space from being used again, in milliseconds; -1:"
          + " unknown.")
  long getOldestReaderMillis();

  /** Returns what a loss of power would take. */
  @Description("Bytes written that a loss of power may take away; -1: unknown.")
  long getUnsyncedBytes();

  /** Returns when writes were last made durable. */
  @Description("Time since writes were last made durable, in milliseconds; -1: never or unknown.")
  long getLastSyncAgeMillis();

  /** Returns how often keys were asked for. */
  @Description("Calls that read keys (get, read, exists, getAll).")
  long getGetCalls();

  /** Returns the number of puts. */
  @Description("Calls of put.")
  long getPutCalls();

  /** Returns the number of deletes. */
  @Description("Calls of delete.")
  long getDeleteCalls();

  /** Returns the number of comparisons. */
  @Description("Calls of compareAndSet.")
  long getCompareAndSetCalls();

  /** Returns the number of batches. */
  @Description("Calls of write, which writes a batch.")
  long getWriteCalls();

  /** Returns the number of flushes. */
  @Description("Calls of flush.")
  long getFlushCalls();

  /** Returns the number of iterations. */
  @Description("Iterations and scans that were begun.")
  long getIterateCalls();

  /** Returns how many calls threw. */
  @Description("Calls of any of these operations that threw.")
  long getFailedCalls();

  /** Returns the rate of gets. */
  @Description("Calls that read keys, per second, over the time that RateMillis tells.")
  double getGetsPerSecond();

  /** Returns the rate of puts. */
  @Description("Calls of put, per second, over the time that RateMillis tells.")
  double getPutsPerSecond();

  /** Returns the rate of deletes. */
  @Description("Calls of delete, per second, over the time that RateMillis tells.")
  double getDeletesPerSecond();

  /** Returns the rate of comparisons. */
  @Description("Calls of compareAndSet, per second, over the time that RateMillis tells.")
  double getCompareAndSetsPerSecond();

  /** Returns the rate of batches. */
  @Description("Calls of write, per second, over the time that RateMillis tells.")
  double getWritesPerSecond();

  /** Returns the rate of bytes read. */
  @Description("ReadBytes per second, over the time that RateMillis tells.")
  double getReadBytesPerSecond();

  /** Returns the rate of bytes written. */
  @Description("WrittenBytes per second, over the time that RateMillis tells.")
  double getWrittenBytesPerSecond();

  /** Returns over which time the rates are. */
  @Description(
      "Time that the rates are over, in milliseconds: from the last reading of a rate but one,"
          + " readings within a second counting as one.")
  long getRateMillis();

  /** Returns how many keys were found. */
  @Description("Keys that reads found present.")
  long getHits();

  /** Returns how many keys were not found. */
  @Description("Keys that reads found absent.")
  long getMisses();

  /** Returns the share of hits. */
  @Description("Hits to hits and misses, from 0 to 1; NaN if nothing was read.")
  double getHitRatio();

  /** Returns how many bytes were read. */
  @Description("Bytes of values that calls that read keys returned; not those of iterations.")
  long getReadBytes();

  /** Returns how many bytes were written. */
  @Description("Bytes of keys and values written.")
  long getWrittenBytes();

  /** Returns since when calls are counted. */
  @Description("Since when calls, hits, bytes and latencies are counted.")
  Date getStatisticsSince();

  /** Returns all figures. */
  @Description("All figures by name; MetricTexts tells what they are.")
  Map<String, Double> getMetrics();

  /** Returns what the figures are. */
  @Description("What each of the Metrics is, with its unit and whether it is exact.")
  Map<String, String> getMetricTexts();

  /** Returns what is told in words. */
  @Description("What is told in words, by name.")
  Map<String, String> getFacts();

  /** Returns the last events. */
  @Description(
      "The last 64 events with their time, the newest last, of the progress of a split only the"
          + " latest; also sent as notifications.")
  String[] getRecentEvents();

  /** Returns the tasks. */
  @Description("Names of the beans of the tasks under way and of the last 16 that ended.")
  ObjectName[] getTasks();

  /** Makes writes durable. */
  @Description("Makes every write completed so far survive a loss of power; waits for that.")
  void flush();

  /** Starts to compact the store. */
  @Description("Starts to give back the space of what is dead; returns the bean of the task.")
  ObjectName compact();

  /** Starts to verify the store. */
  @Description("Starts to read and check everything; returns the bean of the task.")
  ObjectName verify();

  /** Starts to make a copy of the store. */
  @Description("Starts to make a durable copy of the store; returns the bean of the task.")
  ObjectName checkpoint(
      @Description(
              name = "directory",
              value = "Directory of the copy on the machine of the store, absolute; new or empty.")
          String directory);

  /** Begins to count anew. */
  @Description("Begins to count calls, hits and bytes and to time calls anew.")
  void resetStatistics();
}
