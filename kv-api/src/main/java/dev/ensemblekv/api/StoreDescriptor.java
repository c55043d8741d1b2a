// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a store's directory says about it, without opening it.
 *
 * @param id 32 hexadecimal digits, fixed at creation
 * @param spec the spec to open it with, such as {@code ensemble:json}
 * @param formats the format version on disk of each backend of the spec, by name
 * @param engines the library that made the files, with its version, of each backend that names one
 * @param options the recorded options by name: those of kind FORMAT and STICKY
 * @param created when it was created
 * @param createdBy the release that created it
 * @param inside the id of the store it is a part of, if it is
 * @param state whether it is whole
 */
public record StoreDescriptor(
    String id,
    String spec,
    Map<String, Integer> formats,
    Map<String, String> engines,
    Map<String, String> options,
    Instant created,
    String createdBy,
    Optional<String> inside,
    State state) {

  /** Whether a store is whole. */
  public enum State {
    /** Its creation has begun; if it never ended, there is no store. */
    CREATING,
    /** It is whole. */
    READY,
    /** Its destruction has begun. */
    DESTROYING
  }

  /** Copies the maps. */
  public StoreDescriptor {
    formats = Map.copyOf(formats);
    engines = Map.copyOf(engines);
    options = Map.copyOf(options);
  }

  /** Returns the same with another state. */
  public StoreDescriptor withState(State state) {
    return new StoreDescriptor(
        id, spec, formats, engines, options, created, createdBy, inside, state);
  }

  /** Returns the same with other recorded options. */
  public StoreDescriptor withOptions(Map<String, String> options) {
    return new StoreDescriptor(
        id, spec, formats, engines, options, created, createdBy, inside, state);
  }
}
