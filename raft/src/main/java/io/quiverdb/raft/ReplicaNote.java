package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.storage.AtomicFile;
import io.quiverdb.core.storage.FileStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// What a node remembers of each group that it ever had a replica of, in a file of its own. A
/// replica whose directory is gone has forgotten its vote and its log: made anew under this node's
/// id, it could elect a leader that lacks acknowledged writes. And what the catalogue commands is
/// told from what it once commanded.
///
/// One line: state, incarnation, move index, and term and index of the last order obeyed; then why
/// it is in quarantine, if it is, its floor, if it has one, and the CRC-32C of all before it. An
/// empty file is of a version that knew no moves, a line without a checksum of one that had none.
///
/// @param incarnation of the replica that is here, or was
/// @param obeyed the last order of the catalogue's leader
/// @param quarantine why it is in quarantine, or was when its removal was begun. That its vote was
///   lost is remembered for ever
/// @param floor up to which its log must be committed here before it votes or leads ([Floors]): the
///   index of a configuration without this node; −1 if it need not wait, or has come as far
record ReplicaNote(
    State state,
    Incarnation incarnation,
    CatalogOrder obeyed,
    Optional<QuarantineCause> quarantine,
    long floor) {
  static final long NO_FLOOR = -1;

  private static final String DIRECTORY = "raft-opened";
  private static final Pattern LINE =
      Pattern.compile(
          "(OPEN|QUARANTINED|REMOVING|REMOVED) ([0-9a-f-]{36}) (\\d{1,19}) (\\d{1,18})"
              + " (-?\\d{1,18})(?: (LOG|VOTE|WATERMARKS|CHECKPOINT))?(?: floor (\\d{1,19}))?"
              + "(?: crc ([0-9a-f]{8}))?\n");

  enum State {
    OPEN,
    /// Its directory is set aside: a start does so if a crash prevented it.
    QUARANTINED,
    /// Begun: a start finishes it.
    REMOVING,
    REMOVED
  }

  ReplicaNote(State state, Incarnation incarnation, CatalogOrder obeyed) {
    this(state, incarnation, obeyed, Optional.empty(), NO_FLOOR);
  }

  ReplicaNote withFloor(long next) {
    return new ReplicaNote(state, incarnation, obeyed, quarantine, next);
  }

  ReplicaNote in(State next, CatalogOrder order) {
    return new ReplicaNote(next, incarnation, order, quarantine, floor);
  }

  ReplicaNote quarantined(QuarantineCause cause) {
    return new ReplicaNote(State.QUARANTINED, incarnation, obeyed, Optional.of(cause), floor);
  }

  /// Once nothing is left of it but its vote, if that was sound.
  ReplicaNote removed() {
    return new ReplicaNote(
        State.REMOVED,
        incarnation,
        obeyed,
        quarantine.filter(cause -> !cause.canReturn()),
        NO_FLOOR);
  }

  /// Whether its vote was lost, so that it is never made anew under this node's id.
  boolean isVoteLost() {
    return quarantine.filter(cause -> !cause.canReturn()).isPresent();
  }

  /// @param group as Ratis names it: its UUID
  /// @throws CorruptFileException if it is damaged
  static Optional<ReplicaNote> read(Path dataDirectory, String group) throws IOException {
    Path file = dataDirectory.resolve(DIRECTORY).resolve(group);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String content = Files.readString(file, StandardCharsets.ISO_8859_1);
    if (content.isEmpty()) {
      return Optional.of(new ReplicaNote(State.OPEN, Incarnation.NONE, CatalogOrder.NONE));
    }
    var line = LINE.matcher(content);
    boolean isSound =
        line.matches()
            && (line.group(8) == null
                || line.group(8).equals(checksum(content.substring(0, line.start(8)))));
    if (!isSound) {
      throw new CorruptFileException(
          DIRECTORY + "/" + group,
          0,
          "line",
          "state, incarnation, move and order",
          content.strip());
    }
    return Optional.of(
        new ReplicaNote(
            State.valueOf(line.group(1)),
            new Incarnation(UUID.fromString(line.group(2)), Long.parseLong(line.group(3))),
            new CatalogOrder(Long.parseLong(line.group(4)), Long.parseLong(line.group(5))),
            Optional.ofNullable(line.group(6)).map(QuarantineCause::valueOf),
            Optional.ofNullable(line.group(7)).map(Long::parseLong).orElse(NO_FLOOR)));
  }

  /// Durable when it returns.
  void write(Path dataDirectory, String group) throws IOException {
    Path directory = dataDirectory.resolve(DIRECTORY);
    if (!Files.exists(directory)) {
      Files.createDirectories(directory);
      GroupDirectory.syncDirectory(dataDirectory);
    }
    String line =
        "%s %s %d %d %d%s%s crc "
            .formatted(
                state,
                incarnation.id(),
                incarnation.moveIndex(),
                obeyed.term(),
                obeyed.index(),
                quarantine.map(cause -> " " + cause).orElse(""),
                floor == NO_FLOOR ? "" : " floor " + floor);
    AtomicFile.replace(
        FileStorage.at(directory),
        "",
        group,
        (line + checksum(line) + "\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String checksum(String line) {
    var sum = new CRC32C();
    sum.update(line.getBytes(StandardCharsets.ISO_8859_1));
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }

  /// The groups that this node has notes of.
  static List<String> groups(Path dataDirectory) throws IOException {
    Path directory = dataDirectory.resolve(DIRECTORY);
    List<String> groups = new ArrayList<>();
    if (Files.exists(directory)) {
      try (var files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          String name = file.getFileName().toString();
          if (!name.endsWith(".tmp")) {
            groups.add(name);
          }
        }
      }
    }
    return groups;
  }
}
