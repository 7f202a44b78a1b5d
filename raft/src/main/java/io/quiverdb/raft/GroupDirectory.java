package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.storage.AtomicFile;
import io.quiverdb.core.storage.FileStorage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.server.storage.RaftStorageMetadata;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.apache.ratis.util.ProtoUtils;
import org.apache.ratis.util.SizeInBytes;

/// Makes the directory of a group's replica before Ratis first opens it, whole or not at all, and
/// deletes it when the replica is removed.
///
/// Ratis itself would keep the members of a new group in memory until its first entry is applied:
/// if all members restarted before that, none of them would know who they are, and the group would
/// never elect a leader (RATIS-2661).
final class GroupDirectory {
  private static final String STAGING = "raft-staging";

  /// Holds the vote of each group whose replica was removed. A term and a vote are never forgotten
  /// under one id, else there could be two leaders in one term.
  private static final String VOTES = "raft-votes";

  /// Holds the directories of groups that Ratis is not to open: those of replicas in quarantine,
  /// and of those whose store cannot be opened.
  static final String ASIDE = "raft-aside";

  private static final String VOTE = "raft-meta";
  private static final String CONFIGURATION = "raft-meta.conf";

  private GroupDirectory() {}

  /// Durable when it returns. Does nothing if the directory is there. With the vote of the replica
  /// that was here before, if one was.
  ///
  /// @param name as Ratis names it: the group's UUID
  /// @param members none for a replica that is to be added to a group
  /// @throws CorruptFileException if it was there and was not removed
  static void create(Path dataDirectory, Path raftDirectory, String name, List<RaftPeer> members)
      throws IOException {
    Path directory = raftDirectory.resolve(name);
    if (Files.exists(directory)) {
      return;
    }
    requirePresent(dataDirectory, name, raftDirectory);
    deleteUnfinished(dataDirectory);
    Path staged = dataDirectory.resolve(STAGING).resolve(name);
    Files.createDirectories(staged);
    format(staged);
    Path current = staged.resolve("current");
    if (!members.isEmpty()) {
      Files.write(current.resolve(CONFIGURATION), configuration(members).toByteArray());
    }
    Path vote = dataDirectory.resolve(VOTES).resolve(name);
    if (Files.exists(vote)) {
      Files.copy(vote, current.resolve(VOTE), StandardCopyOption.REPLACE_EXISTING);
    }
    try (var files = Files.newDirectoryStream(current)) {
      for (Path file : files) {
        sync(file, StandardOpenOption.WRITE);
      }
    }
    syncDirectory(current);
    syncDirectory(staged);
    Files.move(staged, directory, StandardCopyOption.ATOMIC_MOVE);
    syncDirectory(raftDirectory);
  }

  /// Makes the directory of a group that goes on from a checkpoint, with this node as its only
  /// member. Durable when it returns.
  ///
  /// @param term above every term that this node knows of
  static void createRecovered(
      Path dataDirectory, Path raftDirectory, String name, RaftPeer self, long term)
      throws IOException {
    create(dataDirectory, raftDirectory, name, List.of(self));
    Path directory = raftDirectory.resolve(name);
    try (var storage = storage(directory, StartupOption.RECOVER)) {
      storage.initialize();
      storage.getMetadataFile().persist(RaftStorageMetadata.valueOf(term, self.getId()));
    }
    syncDirectory(directory.resolve("current"));
  }

  /// The term that a replica has come to, as far as its vote tells; 0 if there is none.
  static long term(Path directory) throws IOException {
    Path vote = directory.resolve("current").resolve(VOTE);
    if (!Files.exists(vote)) {
      return 0;
    }
    var content = new Properties();
    try (var reader = Files.newBufferedReader(vote, StandardCharsets.UTF_8)) {
      content.load(reader);
    }
    String term = content.getProperty("term", "0");
    try {
      return Long.parseLong(term);
    } catch (NumberFormatException e) {
      throw new CorruptFileException(
          directory.getFileName() + "/" + VOTE, 0, "term", "a number", term);
    }
  }

  /// Keeps the vote and deletes the directory, wherever it is: out of Ratis's sight first, by one
  /// rename, so that one that is half deleted is never opened. May be begun again after a crash, or
  /// a failure of the disk. Durable when it returns.
  ///
  /// @param isVoteLost whether nothing is kept: what an earlier replica left is not the last vote
  static void delete(Path dataDirectory, Path raftDirectory, String name, boolean isVoteLost)
      throws IOException {
    Path aside = dataDirectory.resolve(ASIDE);
    for (Path parent : List.of(aside, raftDirectory)) {
      if (!isVoteLost) {
        keepVote(dataDirectory, parent.resolve(name), name);
      }
    }
    if (Files.exists(raftDirectory.resolve(name))) {
      deleteAll(aside.resolve(name));
      setAside(dataDirectory, raftDirectory, name);
    }
    deleteAll(aside.resolve(name));
    if (Files.exists(aside)) {
      syncDirectory(aside);
    }
    Path votes = dataDirectory.resolve(VOTES);
    if (isVoteLost && Files.deleteIfExists(votes.resolve(name))) {
      syncDirectory(votes);
    }
  }

  private static void keepVote(Path dataDirectory, Path directory, String name) throws IOException {
    Path vote = directory.resolve("current").resolve(VOTE);
    if (Files.exists(vote)) {
      Path votes = dataDirectory.resolve(VOTES);
      Files.createDirectories(votes);
      AtomicFile.replace(FileStorage.at(votes), "", name, Files.readAllBytes(vote));
      syncDirectory(dataDirectory);
    }
  }

  /// Whether the term and the vote of a replica that is not open can be read.
  static boolean isVoteSound(Path directory) throws IOException {
    Path vote = directory.resolve("current").resolve(VOTE);
    if (!Files.exists(vote)) {
      return false;
    }
    var content = new Properties();
    try (var reader = Files.newBufferedReader(vote, StandardCharsets.ISO_8859_1)) {
      content.load(reader);
    } catch (IllegalArgumentException e) {
      // An escape that is none.
      return false;
    }
    return content.getProperty("term", "").matches("\\d{1,18}")
        && content.getProperty("votedFor") != null;
  }

  // --- out of Ratis's sight

  /// Where Ratis does not look, and back, by one rename. Durable when it returns; does nothing if
  /// it is not where it would be taken from.
  static void setAside(Path dataDirectory, Path raftDirectory, String name) throws IOException {
    Path aside = dataDirectory.resolve(ASIDE);
    if (!Files.exists(aside)) {
      Files.createDirectories(aside);
      syncDirectory(dataDirectory);
    }
    move(raftDirectory, aside, name);
  }

  static void bringBack(Path dataDirectory, Path raftDirectory, String name) throws IOException {
    move(dataDirectory.resolve(ASIDE), raftDirectory, name);
  }

  private static void move(Path from, Path to, String name) throws IOException {
    if (Files.exists(from.resolve(name))) {
      Files.move(from.resolve(name), to.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      syncDirectory(to);
      syncDirectory(from);
    }
  }

  private static void requirePresent(Path dataDirectory, String name, Path raftDirectory)
      throws IOException {
    boolean wasOpen =
        ReplicaNote.read(dataDirectory, name)
            .filter(note -> note.state() == ReplicaNote.State.OPEN)
            .isPresent();
    if (wasOpen && !Files.exists(raftDirectory.resolve(name))) {
      throw new CorruptFileException(
          "raft/" + name, 0, "directory of the group", "present, as when it was opened", "absent");
    }
  }

  // --- the members as of the last configuration that was applied

  /// A log entry as Ratis keeps it beside the log, where this replica knows its group; empty where
  /// it does not.
  static Optional<LogEntryProto> configuration(Path groupDirectory) throws IOException {
    Path file = groupDirectory.resolve("current").resolve(CONFIGURATION);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(LogEntryProto.parseFrom(Files.readAllBytes(file)));
    } catch (InvalidProtocolBufferException e) {
      throw new CorruptFileException(
          groupDirectory.getFileName() + "/" + CONFIGURATION,
          0,
          "entry",
          "a configuration",
          String.valueOf(e.getMessage()));
    }
  }

  /// Takes over a configuration that is committed, if it is newer than what is here: one that came
  /// with a checkpoint whose log is gone. Nothing of the group is open meanwhile.
  static void takeConfiguration(Path groupDirectory, LogEntryProto entry) throws IOException {
    var known = configuration(groupDirectory);
    if (known.filter(here -> here.getIndex() >= entry.getIndex()).isPresent()) {
      return;
    }
    AtomicFile.replace(
        FileStorage.at(groupDirectory.resolve("current")), "", CONFIGURATION, entry.toByteArray());
  }

  /// Removes what a crash left of directories that were not finished.
  static void deleteUnfinished(Path dataDirectory) throws IOException {
    deleteAll(dataDirectory.resolve(STAGING));
  }

  static void deleteAll(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /// With Ratis's own code, as the format is Ratis's.
  private static void format(Path directory) throws IOException {
    try (var storage = storage(directory, StartupOption.FORMAT)) {
      storage.initialize();
    }
  }

  private static RaftStorage storage(Path directory, StartupOption option) throws IOException {
    return RaftStorage.newBuilder()
        .setDirectory(directory.toFile())
        .setOption(option)
        .setLogCorruptionPolicy(CorruptionPolicy.EXCEPTION)
        .setStorageFreeSpaceMin(SizeInBytes.valueOf("0"))
        .build();
  }

  /// The members as if by the entry that the first leader is going to log.
  private static LogEntryProto configuration(List<RaftPeer> members) {
    return LogEntryProto.newBuilder()
        .setTerm(0)
        .setIndex(0)
        .setConfigurationEntry(
            RaftConfigurationProto.newBuilder().addAllPeers(ProtoUtils.toRaftPeerProtos(members)))
        .build();
  }

  static void syncDirectory(Path directory) throws IOException {
    sync(directory, StandardOpenOption.READ);
  }

  private static void sync(Path path, StandardOpenOption access) throws IOException {
    try (var channel = FileChannel.open(path, access)) {
      channel.force(true);
    }
  }
}
