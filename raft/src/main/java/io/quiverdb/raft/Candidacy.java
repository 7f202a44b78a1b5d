package io.quiverdb.raft;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
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
/// in, and the question comes after that. The vote is as it would be a moment after any leader's
/// message. If another one leads in that term, this replica does not hear it until it stands for
/// election itself and is closed, unless the term ends before; it is opened again, and begins anew.
///
/// A replica that is made anew where one was before waits with all that until it has what the
/// earlier one may have acknowledged ([Floors]).
///
/// One that stands for election and is in no configuration is closed by Ratis (`LeaderElection`,
/// `NOT_IN_CONF`), so from what a leader sends on until it is in one its elections are paused.
final class Candidacy {
  private final Groups groups;
  private final Set<RaftGroupId> paused = ConcurrentHashMap.newKeySet();

  /// One decision of a group at a time, so that the last one goes by what is so.
  private final Map<RaftGroupId, Object> turns = new ConcurrentHashMap<>();

  /// This node's replicas.
  interface Groups {
    /// Whether the configuration that a replica goes by has it as a member, or did before a change
    /// that is under way.
    boolean isMember(RaftGroupId group);

    /// Whether a replica has what an earlier one may have acknowledged here.
    boolean hasItsPast(RaftGroupId group);

    /// Pauses a replica's elections, or no longer.
    void pauseElections(RaftGroupId group, boolean pause);

    /// The term of a replica that is starting and has heard of no leader, if it would vote for
    /// `candidate` otherwise: goes by a configuration that has it, and has no later entry.
    OptionalLong termWithoutLeader(RaftGroupId group, RaftPeerId candidate, TermIndexProto last);

    /// Hands a replica what it takes for an empty message of a leader; it refuses that if its term
    /// has gone on.
    void follow(RaftGroupId group, RaftPeerId candidate, long term);
  }

  Candidacy(Groups groups) {
    this.groups = groups;
  }

  /// A candidate asks for a vote, and is answered after this.
  ///
  /// @return whether it may be
  boolean asked(RequestVoteRequestProto request) {
    var server = request.getServerRequest();
    var group = ProtoUtils.toRaftGroupId(server.getRaftGroupId());
    if (!groups.hasItsPast(group)) {
      return false;
    }
    var candidate = RaftPeerId.valueOf(server.getRequestorId());
    groups
        .termWithoutLeader(group, candidate, request.getCandidateLastEntry())
        .ifPresent(term -> groups.follow(group, candidate, term));
    return true;
  }

  /// A replica was opened.
  void opened(RaftGroupId group) {
    if (!groups.hasItsPast(group)) {
      pauseOrResume(group);
    }
  }

  /// A replica has what an earlier one may have acknowledged here.
  void pastReached(RaftGroupId group) {
    pauseOrResume(group);
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
    if (paused.contains(group) || !mayStand(group)) {
      pauseOrResume(group);
    }
  }

  private boolean mayStand(RaftGroupId group) {
    return groups.isMember(group) && groups.hasItsPast(group);
  }

  private void pauseOrResume(RaftGroupId group) {
    synchronized (turns.computeIfAbsent(group, _ -> new Object())) {
      if (!mayStand(group)) {
        // Each time: a replica that was opened anew has forgotten it.
        paused.add(group);
        groups.pauseElections(group, true);
      } else if (paused.remove(group)) {
        groups.pauseElections(group, false);
      }
    }
  }
}
