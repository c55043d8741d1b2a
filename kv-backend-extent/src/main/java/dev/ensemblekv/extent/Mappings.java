// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/** Which files of a store are mapped into memory. May be asked at any time. Thread-safe. */
interface Mappings {
  /** None is, but for filters. */
  Mappings NONE =
      new Mappings() {
        @Override
        public boolean ofGrowing() {
          return false;
        }

        @Override
        public boolean ofSealed() {
          return false;
        }
      };

  /** Tells whether files are mapped to which records are appended. */
  boolean ofGrowing();

  /** Tells whether files are mapped that do not change any more. */
  boolean ofSealed();
}
