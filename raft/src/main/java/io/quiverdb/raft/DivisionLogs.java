package io.quiverdb.raft;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;

/// The logs of this node's replicas, as Ratis has them.
final class DivisionLogs implements Acknowledgements.Logs, LeaderCommits.Logs {
  private final Supplier<RaftServer> server;
  private final Function<RaftGroupId, Optional<GroupStateMachine>> machines;

  /// @param server is there when something is asked
  /// @param machines those of the replicas
  DivisionLogs(
      Supplier<RaftServer> server, Function<RaftGroupId, Optional<GroupStateMachine>> machines) {
    this.server = server;
    this.machines = machines;
  }

  @Override
  public Optional<LeaderTerms> leaderTerms(RaftGroupId group) {
    return machines.apply(group).map(GroupStateMachine::leaderTerms);
  }

  @Override
  public boolean holds(RaftGroupId group, TermIndexProto entry) {
    var machine = machines.apply(group);
    if (machine.isEmpty()) {
      return false;
    }
    var wanted = TermIndex.valueOf(entry);
    var checkpoint = machine.get().getLatestSnapshot();
    if (checkpoint != null && checkpoint.getTermIndex().equals(wanted)) {
      return true;
    }
    try {
      return wanted.equals(
          server.get().getDivision(group).getRaftLog().getTermIndex(entry.getIndex()));
    } catch (IOException | IllegalStateException _) {
      // Not open, or not any more.
      return false;
    }
  }

  @Override
  public boolean holdsDurably(RaftGroupId group, TermIndexProto entry) {
    try {
      // Asked in this order: those that it stands in for were taken back before it is here.
      return holds(group, entry)
          && !machines.apply(group).map(GroupStateMachine::awaitsTruncation).orElse(true)
          && server.get().getDivision(group).getRaftLog().getFlushIndex() >= entry.getIndex();
    } catch (IOException | IllegalStateException _) {
      // Not open, or not any more.
      return false;
    }
  }

  @Override
  public boolean wasTruncated(RaftGroupId group) {
    return machines.apply(group).map(GroupStateMachine::wasTruncated).orElse(true);
  }

  @Override
  public OptionalLong termBetweenVotes(RaftGroupId group) {
    try {
      var division = server.get().getDivision(group);
      // Its monitor, which `RaftServerImpl` holds from its look into the log until its vote.
      synchronized (division) {
        return OptionalLong.of(division.getInfo().getCurrentTerm());
      }
    } catch (IOException | IllegalStateException _) {
      return OptionalLong.empty();
    }
  }
}
