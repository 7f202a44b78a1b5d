package io.quiverdb.raft.log;

import io.quiverdb.core.CorruptFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Says in a group's directory that its log may be empty, or end too early, or be of another
/// history: a checkpoint that came from another member stands for it. Only of a checkpoint that it
/// names: for any other one, such a log has lost entries. It names two while one is put in charge
/// in place of another one that is named.
///
/// A line each, `term index`, beside the directory that Ratis keeps its files in.
final class EmptiedNote {
  private static final String NAME = "emptied";
  private static final Pattern LINE = Pattern.compile("(\\d{1,18}) (\\d{1,18})");

  private EmptiedNote() {}

  /// Durable when it returns.
  static void write(Path groupDirectory, Collection<CoveredLog> covered) throws IOException {
    Path unfinished = groupDirectory.resolve(NAME + ".tmp");
    String lines =
        covered.stream()
            .map(place -> place.term() + " " + place.index() + "\n")
            .collect(Collectors.joining());
    try (var channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var bytes = StandardCharsets.US_ASCII.encode(lines);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(unfinished, groupDirectory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    LogGuard.syncDirectory(groupDirectory);
  }

  /// @return what it names; nothing if there is none
  /// @throws CorruptFileException if it is damaged
  static Set<CoveredLog> read(Path groupDirectory) throws IOException {
    Path file = groupDirectory.resolve(NAME);
    if (!Files.exists(file)) {
      return Set.of();
    }
    Set<CoveredLog> named = new LinkedHashSet<>();
    for (String content : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      var line = LINE.matcher(content);
      if (!line.matches()) {
        throw new CorruptFileException(
            groupDirectory.getFileName() + "/" + NAME, 0, "line", "a term and an index", content);
      }
      named.add(new CoveredLog(Long.parseLong(line.group(1)), Long.parseLong(line.group(2))));
    }
    return named;
  }

  /// Once the log holds entries again, an empty one has lost them.
  static void delete(Path groupDirectory) throws IOException {
    Files.deleteIfExists(groupDirectory.resolve(NAME));
  }
}
