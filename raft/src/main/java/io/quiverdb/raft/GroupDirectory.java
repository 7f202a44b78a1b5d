package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.util.ProtoUtils;
import org.apache.ratis.util.SizeInBytes;

/// Makes the directory of a group's replica before Ratis first opens it, whole or not at all.
///
/// Ratis itself would keep the members of a new group in memory until its first entry is applied:
/// if all members restarted before that, none of them would know who they are, and the group would
/// never elect a leader (RATIS-2661).
final class GroupDirectory {
  private static final String STAGING = "raft-staging";

  /// Holds an empty file for each group that was ever opened here. A replica whose directory is
  /// gone has forgotten its vote and its log: made anew under this node's id, it could elect a
  /// leader that lacks acknowledged writes.
  private static final String OPENED = "raft-opened";

  private GroupDirectory() {}

  /// Durable when it returns. Does nothing if the directory is there.
  ///
  /// @param name as Ratis names it: the group's UUID
  /// @throws CorruptFileException if it was there once
  static void create(Path dataDirectory, Path raftDirectory, String name, List<RaftPeer> members)
      throws IOException {
    Path directory = raftDirectory.resolve(name);
    if (Files.exists(directory)) {
      note(dataDirectory, name);
      return;
    }
    requirePresent(dataDirectory.resolve(OPENED).resolve(name), raftDirectory);
    deleteUnfinished(dataDirectory);
    Path staged = dataDirectory.resolve(STAGING).resolve(name);
    Files.createDirectories(staged);
    format(staged);
    Path current = staged.resolve("current");
    Files.write(current.resolve("raft-meta.conf"), configuration(members).toByteArray());
    try (var files = Files.newDirectoryStream(current)) {
      for (Path file : files) {
        sync(file, StandardOpenOption.WRITE);
      }
    }
    syncDirectory(current);
    syncDirectory(staged);
    Files.move(staged, directory, StandardCopyOption.ATOMIC_MOVE);
    syncDirectory(raftDirectory);
    note(dataDirectory, name);
  }

  /// Remembers that the group was opened here.
  static void note(Path dataDirectory, String name) throws IOException {
    Path opened = dataDirectory.resolve(OPENED);
    Path note = opened.resolve(name);
    if (!Files.exists(note)) {
      Files.createDirectories(opened);
      Files.createFile(note);
      syncDirectory(opened);
      syncDirectory(dataDirectory);
    }
  }

  /// @throws CorruptFileException if the directory of a group that was opened here is gone
  static void requireAll(Path dataDirectory, Path raftDirectory) throws IOException {
    Path opened = dataDirectory.resolve(OPENED);
    if (!Files.exists(opened)) {
      return;
    }
    try (var notes = Files.newDirectoryStream(opened)) {
      for (Path note : notes) {
        requirePresent(note, raftDirectory);
      }
    }
  }

  private static void requirePresent(Path note, Path raftDirectory) {
    String name = note.getFileName().toString();
    if (Files.exists(note) && !Files.exists(raftDirectory.resolve(name))) {
      throw new CorruptFileException(
          "raft/" + name, 0, "directory of the group", "present, as when it was opened", "absent");
    }
  }

  /// Removes what a crash left of directories that were not finished.
  static void deleteUnfinished(Path dataDirectory) throws IOException {
    Path staging = dataDirectory.resolve(STAGING);
    if (!Files.exists(staging)) {
      return;
    }
    try (var paths = Files.walk(staging)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /// With Ratis's own code, as the format is Ratis's.
  private static void format(Path directory) throws IOException {
    try (var storage =
        RaftStorage.newBuilder()
            .setDirectory(directory.toFile())
            .setOption(StartupOption.FORMAT)
            .setLogCorruptionPolicy(CorruptionPolicy.EXCEPTION)
            .setStorageFreeSpaceMin(SizeInBytes.valueOf("0"))
            .build()) {
      storage.initialize();
    }
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
