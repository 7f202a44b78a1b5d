package io.quiverdb.raft.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The directory in which Ratis keeps a group's log and vote, while the group is open.
///
/// Ratis forces its files and never the directory, so that a power cut can take the name of a new
/// segment, with all its entries, or give a vote back that was told. Here the names are made
/// durable: those of segments before the entries in them are acknowledged, that of the vote before
/// anybody relies on it.
public final class LogDirectory implements Closeable {
  private final Path directory;
  private final Forcing forcing;
  private @Nullable OpenSegment durable;
  private boolean closed;

  /// @param directory `current` of the group
  public LogDirectory(Path directory) {
    this(directory, LogGuard::syncDirectory);
  }

  LogDirectory(Path directory, Forcing forcing) {
    this.directory = directory;
    this.forcing = forcing;
  }

  /// How a directory is forced.
  interface Forcing {
    void force(Path directory) throws IOException;
  }

  /// A segment whose name is durable. It is held open, so that no other file can be given its key.
  private record OpenSegment(Path file, Object key, FileChannel held) {
    boolean isThere() throws IOException {
      try {
        return keyOf(file).equals(key);
      } catch (NoSuchFileException _) {
        return false;
      }
    }
  }

  /// Before entries are forced and acknowledged. Forces the directory if they are in a segment that
  /// began since the last time.
  public synchronized void beforeEntries() throws IOException {
    if (durable != null && durable.isThere()) {
      return;
    }
    letGo();
    var begun = openSegment();
    force();
    if (begun.isPresent() && !closed) {
      durable = hold(begun.get());
    }
  }

  /// Makes all its names durable.
  public void force() throws IOException {
    forcing.force(directory);
  }

  /// The one that is written to: Ratis renames it before it begins another.
  private Optional<Path> openSegment() throws IOException {
    try (var files = Files.newDirectoryStream(directory, LogGuard.OPEN_GLOB)) {
      var names = files.iterator();
      return names.hasNext() ? Optional.of(names.next()) : Optional.empty();
    }
  }

  private static OpenSegment hold(Path file) throws IOException {
    var held = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new OpenSegment(file, keyOf(file), held);
    } catch (IOException | RuntimeException e) {
      held.close();
      throw e;
    }
  }

  private static Object keyOf(Path file) throws IOException {
    return Objects.requireNonNull(
        Files.readAttributes(file, BasicFileAttributes.class).fileKey(),
        "file key (expected: a file system whose files have one)");
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    letGo();
  }

  private void letGo() throws IOException {
    if (durable != null) {
      durable.held().close();
      durable = null;
    }
  }
}
