package io.quiverdb.raft;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.LeaderElectionManagementRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.ProtoUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's replicas as candidates and voters.
final class Candidates implements Candidacy.Groups {
  private static final Logger log = LoggerFactory.getLogger(Candidates.class);

  private final Supplier<RaftServer> server;
  private final ClientId proposer;
  private final Floors floors;

  /// @param server is there when something is asked
  /// @param proposer of what this node asks of it
  Candidates(Supplier<RaftServer> server, ClientId proposer, Floors floors) {
    this.server = server;
    this.proposer = proposer;
    this.floors = floors;
  }

  @Override
  public boolean isMember(RaftGroupId id) {
    try {
      return server.get().getDivision(id).getRaftConf().getPeer(server.get().getId()) != null;
    } catch (IOException | IllegalStateException _) {
      // Not open, or not any more.
      return false;
    }
  }

  @Override
  public boolean hasItsPast(RaftGroupId id) {
    return floors.isReached(id);
  }

  @Override
  public void pauseElections(RaftGroupId id, boolean pause) {
    var self = server.get().getId();
    long call = CallId.getAndIncrement();
    var request =
        pause
            ? LeaderElectionManagementRequest.newPause(proposer, self, id, call)
            : LeaderElectionManagementRequest.newResume(proposer, self, id, call);
    var _ =
        server
            .get()
            .leaderElectionManagementAsync(request)
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    // It is starting, or closed: then it stands for nothing.
                    log.debug("elections not paused group={} pause={}", id, pause, failure);
                  }
                });
  }

  @Override
  public OptionalLong termWithoutLeader(RaftGroupId id, RaftPeerId candidate, TermIndexProto last) {
    try {
      var division = server.get().getDivision(id);
      var info = division.getInfo();
      // Before the rest is looked at: what changes then comes with another term.
      long term = info.getCurrentTerm();
      boolean awaitsLeader =
          info.getLifeCycleState() == LifeCycle.State.STARTING
              && info.getCurrentRole() != null
              && info.getLeaderId() == null;
      boolean isOfItsMembers =
          division.getRaftConf().getCurrentPeers().stream()
              .anyMatch(peer -> peer.getId().equals(candidate));
      var own = division.getRaftLog().getLastEntryTermIndex();
      boolean hasNoLaterEntry = own == null || own.compareTo(TermIndex.valueOf(last)) <= 0;
      return awaitsLeader && isOfItsMembers && hasNoLaterEntry
          ? OptionalLong.of(term)
          : OptionalLong.empty();
    } catch (IOException | IllegalStateException _) {
      // Not open, or not any more.
      return OptionalLong.empty();
    }
  }

  @Override
  public void follow(RaftGroupId id, RaftPeerId candidate, long term) {
    try {
      var asked =
          RaftRpcRequestProto.newBuilder()
              .setRequestorId(candidate.toByteString())
              .setReplyId(server.get().getId().toByteString())
              .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(id))
              .setCallId(CallId.getAndIncrement());
      var _ =
          server
              .get()
              .appendEntries(
                  AppendEntriesRequestProto.newBuilder()
                      .setServerRequest(asked)
                      .setLeaderTerm(term)
                      // 0 would commit the first entry.
                      .setLeaderCommit(RaftLog.INVALID_LOG_INDEX)
                      .build());
      log.info(
          "replica votes that has heard of no leader yet group={} candidate={}", id, candidate);
    } catch (IOException e) {
      // It votes when it is asked again, or hears of a leader.
      log.debug("replica does not vote yet group={} candidate={}", id, candidate, e);
    }
  }
}
