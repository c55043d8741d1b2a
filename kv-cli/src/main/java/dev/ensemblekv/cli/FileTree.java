// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The files below a directory: each is a pair, its key the path below the directory with {@code /}
 * between the names, its value the contents. A file by itself has its name as key.
 *
 * <p>On systems where names are bytes, a key is exactly those bytes, whatever the locale. Symbolic
 * links are not followed, the directory itself apart; what is neither file nor directory is not
 * read.
 */
final class FileTree implements PairSource {
  private final Path root;
  private final @Nullable Path excluded;
  private final Opener opener;

  /** Opens a file. */
  @FunctionalInterface
  interface Opener {
    InputStream open(Path file) throws IOException;
  }

  /**
   * Creates the source.
   *
   * @param excluded a directory not to go into: the store that is written to
   */
  FileTree(Path path, Path excluded) throws IOException {
    this(path, excluded, Files::newInputStream);
  }

  FileTree(Path path, Path excluded, Opener opener) throws IOException {
    this.root = path.toRealPath();
    this.excluded = Files.exists(excluded) ? excluded.toRealPath() : null;
    this.opener = opener;
  }

  @Override
  public void readTo(PairWriter writer, Skips skips) throws IOException {
    Path base = Files.isDirectory(root) ? root : parent(root);
    Files.walkFileTree(
        root,
        new Visitor() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              writer.submit(new FilePair(key(base, file), file, attributes.size(), opener));
            } else if (attributes.isSymbolicLink()) {
              skips.addLink();
            } else {
              skips.addSpecialFile();
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            skips.add(file.toString(), Errors.reason(e));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
            if (e != null) {
              skips.add(directory.toString(), "not read to its end: " + Errors.reason(e));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public long count() throws IOException {
    long[] files = new long[1];
    Files.walkFileTree(
        root,
        new Visitor() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files[0] += attributes.isRegularFile() ? 1 : 0;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return files[0];
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  /** Returns the key of a file below a directory. */
  static byte[] key(Path base, Path file) {
    if (File.separatorChar != '/') {
      String names = base.relativize(file).toString().replace(File.separatorChar, '/');
      return names.getBytes(StandardCharsets.UTF_8);
    }
    byte[] all = bytes(file);
    int prefix = bytes(base).length;
    while (prefix < all.length && all[prefix] == '/') {
      prefix++;
    }
    return Arrays.copyOfRange(all, prefix, all.length);
  }

  /** Returns the bytes of a path, which its text may not show but its URI does. */
  private static byte[] bytes(Path path) {
    String uri = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(uri.length());
    for (int i = 0; i < uri.length(); i++) {
      char c = uri.charAt(i);
      if (c == '%') {
        bytes.write(Integer.parseInt(uri, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }

  /** Stays out of the excluded directory. */
  private abstract class Visitor extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      return directory.equals(excluded) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }
  }

  /** One file. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record FilePair(byte[] key, Path file, long sizeBytes, Opener opener)
      implements PendingPair {
    @Override
    public String origin() {
      return file.toString();
    }

    @Override
    public long weightBytes() {
      return sizeBytes;
    }

    @Override
    public byte[] value(int maxBytes) throws IOException {
      if (sizeBytes > maxBytes) {
        throw new IOException(
            "the value has " + sizeBytes + " bytes; this store takes at most " + maxBytes);
      }
      try (InputStream in = opener.open(file)) {
        return in.readNBytes(maxBytes == Integer.MAX_VALUE ? maxBytes : maxBytes + 1);
      }
    }
  }
}
