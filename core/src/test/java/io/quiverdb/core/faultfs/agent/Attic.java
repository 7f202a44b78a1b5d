package io.quiverdb.core.faultfs.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Holds what has lost its name by a change that may be taken back, under the change's number. So
/// its inode lives on, and its number is nobody else's.
final class Attic {
  private final Path folder;
  private final ByteJournal bytes;
  private long size;

  private Attic(Path folder, ByteJournal bytes) {
    this.folder = folder;
    this.bytes = bytes;
  }

  static Attic open(Path folder, ByteJournal bytes) throws IOException {
    var attic = new Attic(Files.createDirectories(folder), bytes);
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        attic.size += size(file);
      }
    }
    return attic;
  }

  /// What it holds.
  long bytes() {
    return size;
  }

  /// By one more name.
  void keep(long number, Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      // One that a kill has left, of a change that was never made.
      boolean _ = drop(number);
      var _ = Files.createLink(place(number), path);
      size += size(place(number));
    }
  }

  void move(long number, Path emptyDirectory) throws IOException {
    boolean _ = drop(number);
    var _ = Files.move(emptyDirectory, place(number));
  }

  /// @return whether it was a directory
  boolean drop(long number) throws IOException {
    Path place = place(number);
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(place);
      return true;
    }
    size -= size(place);
    long inode = Inodes.of(place);
    boolean lastName = Inodes.names(place) == 1;
    Files.delete(place);
    if (lastName) {
      bytes.forget(inode);
    }
    return false;
  }

  void forgetBytes(long inode) throws IOException {
    bytes.forget(inode);
  }

  private Path place(long number) {
    return folder.resolve(Long.toString(number));
  }

  private static long size(Path file) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.size(file) : 0;
  }
}
