package io.quiverdb.raft.log;

import io.quiverdb.core.CorruptFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Pattern;

/// Says in a group's directory that its log may be empty, or end too early, or be of another
/// history: a checkpoint that came from another member stands for it. Only of the checkpoint that
/// it names: for any other one, such a log has lost entries.
///
/// One line, `term index`, beside the directory that Ratis keeps its files in.
final class EmptiedNote {
  private static final String NAME = "emptied";
  private static final Pattern LINE = Pattern.compile("(\\d{1,18}) (\\d{1,18})\n");

  private EmptiedNote() {}

  /// Durable when it returns.
  static void write(Path groupDirectory, CoveredLog covered) throws IOException {
    Path unfinished = groupDirectory.resolve(NAME + ".tmp");
    String line = covered.term() + " " + covered.index() + "\n";
    try (var channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var bytes = StandardCharsets.US_ASCII.encode(line);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(unfinished, groupDirectory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    LogGuard.syncDirectory(groupDirectory);
  }

  /// @param root for messages: paths are named below it
  static Optional<CoveredLog> read(Path root, Path groupDirectory) throws IOException {
    Path file = groupDirectory.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String content = Files.readString(file, StandardCharsets.ISO_8859_1);
    var line = LINE.matcher(content);
    if (!line.matches()) {
      throw new CorruptFileException(
          root.relativize(file).toString(), 0, "content", "a term and an index", content.strip());
    }
    return Optional.of(
        new CoveredLog(Long.parseLong(line.group(1)), Long.parseLong(line.group(2))));
  }
}
