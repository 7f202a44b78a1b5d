package io.quiverdb.core.faultfs.agent;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Where the journal of one tree keeps what.
///
/// | name       | content                                                        |
/// |------------|----------------------------------------------------------------|
/// | `tree`     | absolute path of the tree                                      |
/// | `lock`     | locked by the process that writes to the tree                  |
/// | `bytes/N`  | [UndoRecord]s of the file with inode N                         |
/// | `names`    | changes of names                                               |
/// | `attic/N`  | what lost its name by change N                                 |
/// | `faults`   | written by the harness: a line that is new each time, and then |
/// |            | a [Fault] a line: those that are armed now                     |
/// | `struck`   | those that have struck, each with a tab and the path           |
/// | `missed`   | what the process did that is not taken back                    |
public record JournalFolder(Path folder) {
  public Path tree() {
    return folder.resolve("tree");
  }

  public Path bytes() {
    return folder.resolve("bytes");
  }

  public Path names() {
    return folder.resolve("names");
  }

  public Path attic() {
    return folder.resolve("attic");
  }

  public Path faults() {
    return folder.resolve("faults");
  }

  public Path struck() {
    return folder.resolve("struck");
  }

  public Path missed() {
    return folder.resolve("missed");
  }

  /// Where a power cut gathers what survives.
  public Path stage() {
    return folder.resolve("stage");
  }

  /// Locks it until the channel is closed.
  ///
  /// @throws IllegalStateException if a process writes to the tree
  public FileChannel lock() throws IOException {
    var channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException _) {
      // Locked by this process.
    }
    channel.close();
    throw new IllegalStateException(folder + ": a process writes to the tree");
  }

  public Path readTree() throws IOException {
    return Path.of(Files.readString(tree()).strip());
  }

  /// @throws IllegalArgumentException if it is another tree's, or on another file system
  void bind(Path root) throws IOException {
    if (!Files.getFileStore(root).equals(Files.getFileStore(folder))) {
      throw new IllegalArgumentException(
          "journal: %s (expected: on the file system of %s)".formatted(folder, root));
    }
    if (!Files.exists(tree())) {
      var _ = Files.writeString(tree(), root + "\n");
    }
    if (!readTree().equals(root)) {
      throw new IllegalArgumentException(
          "tree: %s (expected: %s, whose journal this is)".formatted(root, readTree()));
    }
  }
}
