package io.quiverdb.core.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// A tree of files to read and to write.
///
/// What survives a crash: the bytes of a file up to its last [WritableFile#sync] or [#sync], and a
/// name that was created, renamed or deleted once its directory was synced by [#syncDirectory].
/// Anything else may be there, or not, or in part.
public interface Storage extends ReadableStorage {
  /// The directory of the operating system that it is, if it is one.
  default Optional<Path> directory() {
    return Optional.empty();
  }

  /// Creates a file for writing; it must not exist.
  WritableFile create(String path) throws IOException;

  /// Creates a directory and those above it, where missing.
  void createDirectories(String directory) throws IOException;

  /// Renames a file, replacing one of the new name.
  void rename(String from, String to) throws IOException;

  /// Gives a file that does not change any more a second name, in a directory that exists: it is
  /// there until both names are deleted. Costs nothing, whatever its length.
  void link(String existing, String link) throws IOException;

  /// Gives a file from outside of the tree, which is durable and does not change any more, a name
  /// in a directory that exists. Costs nothing, whatever its length.
  ///
  /// @return false if it lies where it cannot be had without copying it; nothing is done then
  boolean adopt(Path file, String path) throws IOException;

  /// Deletes a file or an empty directory.
  void delete(String path) throws IOException;

  /// Cuts a file to its first `length` bytes; nobody has it open. Durable after [#sync].
  void truncate(String path, long length) throws IOException;

  /// Makes all bytes of a file durable, whoever wrote them: what a killed process has written may
  /// be read and yet not be on the disk. Never repeated after it failed.
  void sync(String path) throws IOException;

  /// Makes the names in a directory durable.
  void syncDirectory(String directory) throws IOException;

  /// Locks the tree against other processes, until the lock is closed.
  ///
  /// @throws io.quiverdb.core.StoreLockedException if another holds it
  Closeable lock(String path) throws IOException;
}
