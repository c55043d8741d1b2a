// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

/** The exit codes. */
final class Exit {
  /** Everything was done. */
  static final int DONE = 0;

  /** The key is absent, or something was skipped and named. */
  static final int INCOMPLETE = 1;

  /** The command line is wrong: an unknown option, spec or backend, a bad value. */
  static final int USAGE = 2;

  /** The store, or a file that is read or written, is at fault. */
  static final int FAILED = 3;

  /** Ended by Ctrl-C, as shells have it. */
  static final int INTERRUPTED = 130;

  private Exit() {}
}
