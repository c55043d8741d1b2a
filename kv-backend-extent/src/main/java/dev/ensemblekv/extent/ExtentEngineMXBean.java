// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.jmx.Description;

/**
 * What can be steered of a store of the extent engine over JMX, besides its figures, under {@code
 * dev.ensemblekv:type=ExtentEngine,store=NAME}.
 */
@Description("The extent engine of a store.")
public interface ExtentEngineMXBean {

  /** Returns how fast compaction moves records. */
  @Description(
      "Bytes a second that compaction moves at most; may be set, until the store is closed.")
  long getCompactionRateBytesPerSecond();

  /**
   * Sets how fast compaction moves records, as {@link ExtentOptions#COMPACTION_RATE} does.
   *
   * @throws IllegalArgumentException if that is out of the range of the option
   */
  void setCompactionRateBytesPerSecond(long bytesPerSecond);
}
