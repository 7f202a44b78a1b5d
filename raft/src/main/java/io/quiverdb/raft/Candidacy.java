package io.quiverdb.raft;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.util.ProtoUtils;

/// Lets a replica vote that is being added to its group, and keeps it from standing for election
/// until it is a member.
///
/// While a leader brings a new member up to date, Ratis has that one refuse to vote, until it gets
/// the entry that makes it a member (`RaftServerImpl.appendEntriesAsync`, release 3.3.0). If the
/// leader dies when others have that entry and the new member does not, they need its vote: of four
/// members three. Without it nobody would lead until the old leader is back. It may vote all along:
/// what counts is that its log goes not beyond the candidate's.
///
/// One that stands for election and is in no configuration is closed by Ratis (`LeaderElection`,
/// `NOT_IN_CONF`), so until it is in one its elections are paused.
final class Candidacy {
  private final Groups groups;
  private final Set<RaftGroupId> paused = ConcurrentHashMap.newKeySet();

  /// This node's replicas.
  interface Groups {
    /// Whether the configuration that a replica goes by has it as a member, or did before a change
    /// that is under way.
    boolean isMember(RaftGroupId group);

    /// Pauses a replica's elections, or no longer.
    void pauseElections(RaftGroupId group, boolean pause);
  }

  Candidacy(Groups groups) {
    this.groups = groups;
  }

  /// What a leader sends, as it may be taken.
  AppendEntriesRequestProto taken(AppendEntriesRequestProto request) {
    return request.getInitializing() ? request.toBuilder().setInitializing(false).build() : request;
  }

  /// An answer goes to a leader. The first one comes before an election timeout can have passed.
  void answered(AppendEntriesReplyProto reply) {
    var group = ProtoUtils.toRaftGroupId(reply.getServerReply().getRaftGroupId());
    if (!groups.isMember(group)) {
      paused.add(group);
      // Each time: a replica that was opened anew has forgotten it.
      groups.pauseElections(group, true);
    } else if (paused.remove(group)) {
      groups.pauseElections(group, false);
    }
  }
}
