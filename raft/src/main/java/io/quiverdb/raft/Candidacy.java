package io.quiverdb.raft;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
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
/// The same replica, if it was restarted meanwhile, refuses to vote until a leader sends it
/// something (`RaftServerImpl.start`, state `STARTING`); and so does a member that is just being
/// removed. If it takes their votes to have a leader, there is none for ever. So whoever asks such
/// a replica for its vote is taken for a leader that says nothing, in the term that the replica is
/// in, and the question comes after that. No vote is given that would not be given otherwise. In
/// that term it hears no other leader, if there is one, until it stands for election itself and is
/// closed; it is opened again then, and begins anew.
///
/// One that stands for election and is in no configuration is closed by Ratis (`LeaderElection`,
/// `NOT_IN_CONF`), so from what a leader sends on until it is in one its elections are paused.
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

    /// Whether a replica is starting, has heard of no leader, and goes by a configuration that has
    /// `candidate`.
    boolean awaitsLeader(RaftGroupId group, RaftPeerId candidate);

    /// Hands a replica what it takes for an empty message of a leader, in its own term.
    void follow(RaftGroupId group, RaftPeerId candidate);
  }

  Candidacy(Groups groups) {
    this.groups = groups;
  }

  /// A candidate asks for a vote, and is answered after this.
  void asked(RequestVoteRequestProto request) {
    var server = request.getServerRequest();
    var group = ProtoUtils.toRaftGroupId(server.getRaftGroupId());
    var candidate = RaftPeerId.valueOf(server.getRequestorId());
    if (groups.awaitsLeader(group, candidate)) {
      groups.follow(group, candidate);
    }
  }

  /// What a leader sends, as it may be taken.
  AppendEntriesRequestProto taken(AppendEntriesRequestProto request) {
    return request.getInitializing() ? request.toBuilder().setInitializing(false).build() : request;
  }

  /// An answer goes to a leader. The first one comes before an election timeout can have passed.
  void answered(AppendEntriesReplyProto reply) {
    var group = ProtoUtils.toRaftGroupId(reply.getServerReply().getRaftGroupId());
    if (reply.getResult() == AppendResult.NOT_LEADER) {
      return;
    }
    if (!groups.isMember(group)) {
      paused.add(group);
      // Each time: a replica that was opened anew has forgotten it.
      groups.pauseElections(group, true);
    } else if (paused.remove(group)) {
      groups.pauseElections(group, false);
    }
  }
}
