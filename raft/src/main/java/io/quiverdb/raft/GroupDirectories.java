package io.quiverdb.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;

/// The directories of a node's groups ([GroupDirectory]): where Ratis has them open, or aside,
/// where it does not look.
///
/// @param data the node's data directory
record GroupDirectories(Path data) {
  /// Whose every directory Ratis opens when it starts.
  Path raft() {
    return data.resolve("raft");
  }

  /// Where Ratis has a group's replica open, or would.
  Path of(RaftGroupId id) {
    return raft().resolve(name(id));
  }

  Path aside(RaftGroupId id) {
    return data.resolve(GroupDirectory.ASIDE).resolve(name(id));
  }

  /// Whether Ratis would open it.
  boolean has(RaftGroupId id) {
    return Files.exists(of(id));
  }

  boolean hasAside(RaftGroupId id) {
    return Files.exists(aside(id));
  }

  void create(RaftGroupId id, List<RaftPeer> members) throws IOException {
    GroupDirectory.create(data, raft(), name(id), members);
  }

  void setAside(RaftGroupId id) throws IOException {
    GroupDirectory.setAside(data, raft(), name(id));
  }

  void bringBack(RaftGroupId id) throws IOException {
    GroupDirectory.bringBack(data, raft(), name(id));
  }

  void delete(RaftGroupId id, boolean isVoteLost) throws IOException {
    GroupDirectory.delete(data, raft(), name(id), isVoteLost);
  }

  /// As Ratis names it.
  static String name(RaftGroupId id) {
    return id.getUuid().toString();
  }
}
