// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

/**
 * One thing that {@code kv doctor} looked at.
 *
 * @param what what was looked at
 * @param verdict how it is
 * @param finding what was found
 * @param advice what to do; empty if there is nothing to do
 */
record Check(String what, Verdict verdict, String finding, String advice) {

  /** How a thing is. */
  enum Verdict {
    /** As it should be. */
    OK,
    /** It works, but there is something to know. */
    NOTE,
    /** It does not work. */
    BROKEN
  }

  static Check ok(String what, String finding) {
    return new Check(what, Verdict.OK, finding, "");
  }

  static Check note(String what, String finding, String advice) {
    return new Check(what, Verdict.NOTE, finding, advice);
  }

  static Check broken(String what, String finding, String advice) {
    return new Check(what, Verdict.BROKEN, finding, advice);
  }
}
