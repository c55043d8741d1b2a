// SPDX-License-Identifier: Apache-2.0
package com.example.mvstore;

import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * The way by which MVStore gets a channel of ours: it opens files by name only, in the file system
 * that their prefix tells.
 */
final class DataPath extends FilePathWrapper {
  private static final String SCHEME = "ensemblekv";
  private static final Map<String, FileChannel> OFFERED = new ConcurrentHashMap<>();

  static {
    FilePath.register(new DataPath());
  }

  /** Returns a name under which a channel can be opened once. */
  static String offer(FileChannel channel) {
    String name = SCHEME + ":" + UUID.randomUUID();
    OFFERED.put(name, channel);
    return name;
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FilePathWrapper getPath(String path) {
    DataPath named = new DataPath();
    named.name = path;
    return named;
  }

  @Override
  public FilePath getParent() {
    return null;
  }

  @Override
  public boolean exists() {
    return true;
  }

  @Override
  public boolean canWrite() {
    return true;
  }

  @Override
  public FileChannel open(String mode) {
    return OFFERED.remove(name);
  }
}
