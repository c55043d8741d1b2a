// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import java.util.SplittableRandom;

/** How long values are. */
enum Values {
  /** All alike. */
  FIXED {
    @Override
    double draw(double mean, long scale, SplittableRandom random) {
      return mean;
    }
  },

  /** Lognormal: most are shorter than a seventh of the mean, some longer than ten times that. */
  LOGNORMAL {
    @Override
    double draw(double mean, long scale, SplittableRandom random) {
      return mean * Math.exp(SIGMA * random.nextGaussian() - SIGMA * SIGMA / 2);
    }
  },

  /** Half of all bytes are in values of 512 MiB; the others are half as long as the mean. */
  HUGE {
    @Override
    double draw(double mean, long scale, SplittableRandom random) {
      double huge = HUGE_BYTES / scale;
      return random.nextDouble() < mean / 2 / huge ? huge : mean / 2;
    }
  },

  /** 8 bytes each, so that it is keys of which substores have too many. */
  TINY {
    @Override
    double draw(double mean, long scale, SplittableRandom random) {
      return TINY_BYTES;
    }
  };

  private static final double SIGMA = 2;
  private static final double HUGE_BYTES = 512 << 20;
  private static final double TINY_BYTES = 8;

  /**
   * Draws the length of a value of the model.
   *
   * @param scale how many times smaller the model is: so is a value that stands for itself alone
   */
  abstract double draw(double mean, long scale, SplittableRandom random);
}
