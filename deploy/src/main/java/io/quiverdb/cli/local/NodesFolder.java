package io.quiverdb.cli.local;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where the nodes' folders are: one that the user named, which stays, or a temporary one, which
/// goes with them.
public record NodesFolder(Path path, boolean temporary) {
  /// @throws IllegalArgumentException if the user's folder holds something
  public static NodesFolder create(Optional<Path> named) throws IOException {
    if (named.isEmpty()) {
      return new NodesFolder(Files.createTempDirectory("quiver-nodes-"), true);
    }
    var folder = Files.createDirectories(named.get()).toAbsolutePath();
    try (var entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new IllegalArgumentException(
            "dir: " + folder + " is not empty (expected: a new or an empty folder)");
      }
    }
    return new NodesFolder(folder, false);
  }

  /// Deletes it if it is temporary.
  public void discard() throws IOException {
    if (temporary && Files.exists(path)) {
      Files.walkFileTree(path, new Deletion());
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
